//! Hooks: who is asked before a log-in and told after it; and where those may be that are kept in the schema.
//!
//! Hooks of mutations and steps of workflows are made with `hookUpsert` and `workflowUpsert` while the service runs. Of
//! them this section says one thing: whether they may be in a private network ([`HookConfig::allow_private_network`]).

use secrecy::{ExposeSecret, SecretString};

use super::{reader::Reader, section};
use crate::outbound::is_http_url;

/// The shortest secret that signs requests, in bytes.
pub(super) const SHORTEST_SECRET: usize = 32;

section! {
    /// Hooks: who is asked before a log-in and told after it; and where those may be that are kept in the schema.
    HookConfig in "hook" {
        /// The address that is asked before somebody gets a session; it may refuse.
        before_log_in_url: Option<String> = None,
        /// The address that is told when somebody got a session.
        after_log_in_url: Option<String> = None,
        /// The secret that signs the requests to these two addresses, at least 32 characters. Each hook and workflow in the
        /// schema has a secret of its own.
        signing_secret: Option<SecretString> = None,
        /// Whether people may log in when the address that is asked before does not answer within three seconds.
        fail_open: bool = false,
        /// Whether requests may go into a private network, and with http: those to these two addresses, and those to hooks
        /// of mutations and steps of workflows, which without it are sent to the usual port alone. It counts whenever a
        /// request is sent, also for what was kept in the schema before. Webhooks have a setting of their own.
        allow_private_network: bool = false,
    }
}

impl HookConfig {
    pub(super) fn check(&self, reader: &mut Reader) {
        for (setting, url) in [
            ("before_log_in_url", &self.before_log_in_url),
            ("after_log_in_url", &self.after_log_in_url),
        ] {
            let holds = url
                .as_ref()
                .is_none_or(|url| is_http_url(url, self.allow_private_network));
            let message = "must be an address that begins with https:// (http:// needs allow_private_network).";
            reader.require(holds, "hook", setting, message);
        }
        let is_used = self.before_log_in_url.is_some() || self.after_log_in_url.is_some();
        reader.require(
            !is_used || is_long_enough(self.signing_secret.as_ref()),
            "hook",
            "signing_secret",
            "must have at least 32 characters where a hook is configured.",
        );
    }
}

pub(super) fn is_long_enough(secret: Option<&SecretString>) -> bool {
    secret.is_some_and(|secret| secret.expose_secret().len() >= SHORTEST_SECRET)
}
