//! Which providers there are, and where each frontend may have browsers sent.

use std::{collections::BTreeMap, sync::Arc};

use url::{Host, Url};

use super::{GitHub, GitHubSettings, HttpProvider, IdentityProvider, OpenIdConnect, OpenIdConnectSettings};
use crate::config::{ClientConfig, ProviderConfig, ProviderKind};

/// The issuer of Google.
const GOOGLE: &str = "https://accounts.google.com";

/// The providers by name, and the frontends with the addresses to which they may have browsers sent.
#[derive(Clone, Debug, Default)]
pub struct Providers {
    providers: BTreeMap<String, Arc<dyn IdentityProvider>>,
    organizations: BTreeMap<String, String>,
    clients: BTreeMap<String, Vec<String>>,
}

impl Providers {
    /// What is configured.
    #[must_use]
    pub fn configured(providers: &BTreeMap<String, ProviderConfig>, clients: &BTreeMap<String, ClientConfig>) -> Self {
        let mut known = Self::default();
        for (name, config) in providers {
            if let Some(provider) = built_in(name, config) {
                known.register(name, provider);
            }
            if let Some(organization) = &config.organization {
                known.bind(name, organization);
            }
        }
        for (name, config) in clients {
            known.allow(name, config.redirect_urls.clone());
        }
        known
    }

    /// Adds a provider, in place of one that had the name before.
    pub fn register(&mut self, name: &str, provider: Arc<dyn IdentityProvider>) {
        self.providers.insert(name.to_owned(), provider);
    }

    /// Makes everybody who comes from this provider for the first time a member of an organization, which is named by id
    /// or external id.
    pub fn bind(&mut self, provider: &str, organization: &str) {
        self.organizations.insert(provider.to_owned(), organization.to_owned());
    }

    /// The organization, by id or external id, to which whoever comes from this provider belongs.
    #[must_use]
    pub fn organization_of(&self, provider: &str) -> Option<&str> {
        self.organizations.get(provider).map(String::as_str)
    }

    /// Lets a frontend have browsers sent to these addresses, and to no others.
    pub fn allow(&mut self, client: &str, redirect_urls: Vec<String>) {
        self.clients.insert(client.to_owned(), redirect_urls);
    }

    /// The provider of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<dyn IdentityProvider>> {
        self.providers.get(name).map(Arc::clone)
    }

    /// Whether this frontend may have browsers sent to this address: it is on the list, letter by letter.
    #[must_use]
    pub fn may_redirect(&self, client: &str, url: &str) -> bool {
        is_redirect_url(url)
            && self
                .clients
                .get(client)
                .is_some_and(|allowed| allowed.iter().any(|allowed| allowed == url))
    }

    /// Whether any frontend may have browsers sent to this address.
    #[must_use]
    pub fn is_redirect_allowed(&self, url: &str) -> bool {
        self.clients.keys().any(|client| self.may_redirect(client, url))
    }
}

/// The provider of a configuration that was checked; `None` for one that cannot be made all the same.
fn built_in(name: &str, config: &ProviderConfig) -> Option<Arc<dyn IdentityProvider>> {
    Some(match config.kind {
        ProviderKind::OpenIdConnect | ProviderKind::Google => {
            let issuer = config.issuer.clone().unwrap_or_else(|| GOOGLE.to_owned());
            Arc::new(OpenIdConnect::new(OpenIdConnectSettings {
                issuer,
                client_id: config.client_id.clone(),
                client_secret: config.client_secret.clone(),
                scopes: config.scopes.clone(),
                allow_private_network: config.allow_private_network,
            }))
        }
        ProviderKind::GitHub => Arc::new(GitHub::new(GitHubSettings {
            issuer: config.issuer.clone().unwrap_or_else(|| "https://github.com".to_owned()),
            api_url: config
                .api_url
                .clone()
                .unwrap_or_else(|| "https://api.github.com".to_owned()),
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone().unwrap_or_default(),
            scopes: config.scopes.clone(),
            allow_private_network: config.allow_private_network,
        })),
        ProviderKind::Http => Arc::new(HttpProvider::new(
            config.url.clone().unwrap_or_default(),
            config.signing_secret.clone().unwrap_or_default(),
            config.allow_private_network,
        )),
        ProviderKind::Saml => return saml(name, config),
    })
}

#[cfg(feature = "saml")]
fn saml(name: &str, config: &ProviderConfig) -> Option<Arc<dyn IdentityProvider>> {
    match config.saml(name) {
        Ok(provider) => Some(Arc::new(provider)),
        Err(reason) => {
            // The file was another one when it was checked.
            tracing::error!(
                provider = name,
                reason,
                "a SAML provider is left out: its metadata cannot be used"
            );
            None
        }
    }
}

#[cfg(not(feature = "saml"))]
fn saml(_: &str, _: &ProviderConfig) -> Option<Arc<dyn IdentityProvider>> {
    None
}

/// Whether a browser may be sent to an address of this form at all: https, or http on the machine itself, or the scheme
/// of an app, which has a full stop in it; no user, no fragment, and written as browsers write it, so that nobody reads
/// it in two ways.
#[must_use]
pub fn is_redirect_url(url: &str) -> bool {
    let Ok(parsed) = Url::parse(url) else { return false };
    let is_own_machine = match parsed.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_scheme = match parsed.scheme() {
        "https" => true,
        "http" => is_own_machine,
        scheme => scheme.contains('.'),
    };
    is_scheme
        && url.len() <= 2_000
        && parsed.as_str() == url
        && !url.contains(['\\', '@'])
        && parsed.username().is_empty()
        && parsed.password().is_none()
        && parsed.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_to_return_to_can_be_read_in_one_way_only() {
        for url in [
            "https://shop.example/log-in",
            "https://shop.example/?from=provider",
            "http://localhost:3000/log-in",
            "http://127.0.0.1:3000/",
            "com.example.shop:/log-in",
        ] {
            assert!(is_redirect_url(url), "{url}");
        }
        for url in [
            "",
            "//evil.example/log-in",
            "/log-in",
            "http://shop.example/log-in",
            "https://shop.example",
            "https://SHOP.example/log-in",
            "https://shop.example:443/log-in",
            "https://shop.example/a/../log-in",
            "https://shop.example\\@evil.example/",
            "https:\\\\shop.example/log-in",
            "https://shop.example@evil.example/log-in",
            "https://user:password@shop.example/log-in",
            "https://shop.example/log-in#fragment",
            "https://shop.example/log in",
            "https://shop.example/log-in\n",
            " https://shop.example/log-in",
            "javascript:alert(1)",
            "data:text/html,hello",
            "ftp://shop.example/",
        ] {
            assert!(!is_redirect_url(url), "{url}");
        }
    }
}
