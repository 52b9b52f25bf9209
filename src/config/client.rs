//! Frontends: where the browser may be sent when a log-in elsewhere is done.

use super::{reader::Reader, section};
use crate::auth::provider::is_redirect_url;

section! {
    /// A frontend that lets people log in elsewhere.
    ClientConfig in each "client" {
        /// The addresses to which the browser may be sent back, separated by commas in a variable. Each counts exactly
        /// as it is written: https, or http on the machine itself, or the scheme of an app such as
        /// `com.example.shop:/log-in`.
        redirect_urls: Vec<String> = Vec::new(),
    }
}

impl ClientConfig {
    pub(super) fn check(&self, reader: &mut Reader, name: &str) {
        reader.require(
            self.redirect_urls.iter().all(|url| is_redirect_url(url)),
            &format!("client.{name}"),
            "redirect_urls",
            "must be addresses such as https://shop.example/log-in, written as a browser would write them, without \
             user and fragment; http is for the machine itself alone.",
        );
    }
}
