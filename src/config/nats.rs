//! NATS JetStream: where events go, beside webhooks and the feed of changes.

use std::path::PathBuf;

use secrecy::SecretString;

use super::{reader::Reader, section};

section! {
    /// NATS JetStream: where events go; needs a program that was built with the feature `nats`.
    NatsConfig in "nats" {
        /// The servers, such as `nats://nats.example.com:4222` or `tls://nats.example.com`, separated by commas. Without
        /// them no events go there.
        url: Option<String> = None,
        /// The user, where the server asks for one.
        user: Option<String> = None,
        /// The password of the user.
        password: Option<SecretString> = None,
        /// A file with credentials of NATS (a JWT and its seed), in place of user and password.
        credentials: Option<PathBuf> = None,
        /// The stream that keeps the events. It is made where it is not there.
        stream: String = "CUSTOMER_GRAPH".to_owned(),
        /// What the subjects begin with: an event `customer.updated` has the subject `customer_graph.customer.updated`.
        subject: String = "customer_graph".to_owned(),
    }
}

impl NatsConfig {
    pub(super) fn check(&self, reader: &mut Reader) {
        let is_name = |text: &str, dots: bool| {
            !text.is_empty()
                && text.len() <= 64
                && text.split('.').all(|part| {
                    !part.is_empty()
                        && part
                            .chars()
                            .all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
                })
                && (dots || !text.contains('.'))
        };
        let message = "must be 1 to 64 letters, digits, - and _.";
        reader.require(is_name(&self.stream, false), "nats", "stream", message);
        let message = "must be 1 to 64 letters, digits, - and _, with dots between them.";
        reader.require(is_name(&self.subject, true), "nats", "subject", message);
        let message = "is for a user: give CUSTOMER_GRAPH_NATS_USER, too.";
        reader.require(
            self.user.is_some() || self.password.is_none(),
            "nats",
            "password",
            message,
        );
        let Some(url) = &self.url else { return };
        let is_url = url.split(',').all(|url| {
            url::Url::parse(url.trim()).is_ok_and(|url| {
                ["nats", "tls"].contains(&url.scheme())
                    && url.has_host()
                    && url.username().is_empty()
                    && url.password().is_none()
            })
        });
        let message = "must be addresses such as nats://nats.example.com:4222, without user and password, which have settings of their own.";
        reader.require(is_url, "nats", "url", message);
        let message = "needs a program that was built with the feature nats (cargo build --features nats).";
        reader.require(cfg!(feature = "nats"), "nats", "url", message);
    }
}
