//! Passkeys: for which site they are, and on which pages they are used.

use url::{Host, Url};

use super::{reader::Reader, section};

section! {
    /// Passkeys: for which site they are, and on which pages they are used.
    PasskeyConfig in "passkey" {
        /// The domain for which passkeys are, such as `shop.example`; without one there are none. When it changes, the
        /// passkeys that people have are good no longer.
        relying_party_id: Option<String> = None,
        /// What browsers and devices show as the name of the shop.
        relying_party_name: String = "customer-graph".to_owned(),
        /// The origins of the pages that may use them, separated by commas, such as
        /// `https://shop.example,https://accounts.shop.example`: of the domain or below it, https, or http on localhost.
        origins: Vec<String> = Vec::new(),
    }
}

impl PasskeyConfig {
    /// The origins of the pages.
    #[must_use]
    pub fn origin_urls(&self) -> Vec<Url> {
        self.origins
            .iter()
            .filter_map(|origin| Url::parse(origin).ok())
            .collect()
    }

    pub(super) fn check(&self, reader: &mut Reader) {
        let mut require = |holds, setting, message: &str| reader.require(holds, "passkey", setting, message);
        let name = self.relying_party_name.trim();
        let message = "must have 1 to 64 characters.";
        require((1..=64).contains(&name.chars().count()), "relying_party_name", message);
        let Some(domain) = &self.relying_party_id else {
            let message = "must be given where there are origins: the domain of the site, such as shop.example.";
            require(self.origins.is_empty(), "relying_party_id", message);
            return;
        };
        require(
            is_domain(domain),
            "relying_party_id",
            "must be a domain, such as shop.example.",
        );
        let message = "must be given where there is a relying_party_id, such as https://shop.example.";
        require(!self.origins.is_empty(), "origins", message);
        let message = "must be origins of the domain in relying_party_id or below it, such as https://shop.example, \
                       without path; http is for localhost alone.";
        let holds = self.origins.iter().all(|origin| is_origin_of(origin, domain));
        require(holds, "origins", message);
    }
}

/// Whether browsers would call a domain so.
fn is_domain(domain: &str) -> bool {
    let parsed = Url::parse(&format!("https://{domain}"));
    parsed.is_ok_and(|url| matches!(url.host(), Some(Host::Domain(host)) if host == domain))
}

fn is_origin_of(origin: &str, domain: &str) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    let Some(Host::Domain(host)) = url.host() else {
        return false;
    };
    let is_local = host == "localhost" || host.ends_with(".localhost");
    let is_within = host == domain || host.ends_with(&format!(".{domain}"));
    // As browsers write it, with nothing after the port.
    let is_bare = url.origin().ascii_serialization() == origin.trim_end_matches('/');
    (url.scheme() == "https" || (url.scheme() == "http" && is_local)) && is_within && is_bare
}
