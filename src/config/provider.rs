//! Providers: at whom people may log in.

use std::path::PathBuf;

use secrecy::SecretString;

use super::{hook::is_long_enough, reader::Reader, section, setting::Setting};
#[cfg(feature = "saml")]
use crate::auth::provider::saml::{Saml, SamlSettings};
use crate::outbound::is_http_url;

/// How a provider is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProviderKind {
    /// OpenID Connect.
    #[default]
    OpenIdConnect,
    /// Google, by OpenID Connect.
    Google,
    /// GitHub, or a GitHub server.
    GitHub,
    /// A service of your own.
    Http,
    /// A SAML 2.0 identity provider; needs a program that was built with the feature `saml`.
    Saml,
}

impl Setting for ProviderKind {
    fn read(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "oidc" => Ok(Self::OpenIdConnect),
            "google" => Ok(Self::Google),
            "github" => Ok(Self::GitHub),
            "http" => Ok(Self::Http),
            "saml" => Ok(Self::Saml),
            _ => Err("must be oidc, google, github, http or saml.".to_owned()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::OpenIdConnect => "oidc",
            Self::Google => "google",
            Self::GitHub => "github",
            Self::Http => "http",
            Self::Saml => "saml",
        }
        .to_owned()
    }
}

/// Names that other ways to log in have.
const TAKEN: [&str; 13] = [
    "password",
    "passkey",
    "totp",
    "otp",
    "one_time_code",
    "magic_link",
    "second_factor",
    "invitation",
    "registration",
    "switch",
    "email",
    "saml",
    "recovery",
];

section! {
    /// At whom people may log in.
    ProviderConfig in each "provider" {
        /// How it is spoken to: oidc (OpenID Connect), google, github, http (a service of your own), or saml (SAML 2.0).
        kind: ProviderKind = ProviderKind::OpenIdConnect,
        /// The issuer, such as `https://accounts.example.com`; where its configuration is found. For github the address
        /// of the server, by default `https://github.com`.
        issuer: Option<String> = None,
        /// The id that the provider gave to this service.
        client_id: String = String::new(),
        /// The secret that the provider gave to this service.
        client_secret: Option<SecretString> = None,
        /// What is asked for, separated by commas; the kind decides when there is nothing here.
        scopes: Vec<String> = Vec::new(),
        /// For github: the address of its API, by default `https://api.github.com`.
        api_url: Option<String> = None,
        /// For http: the address that is asked.
        url: Option<String> = None,
        /// For http: the secret that signs the requests, at least 32 characters.
        signing_secret: Option<SecretString> = None,
        /// For saml: the file that holds the metadata of the identity provider.
        identity_provider_metadata_file: Option<PathBuf> = None,
        /// For saml: the metadata themselves, as XML, where there is no file.
        identity_provider_metadata: Option<String> = None,
        /// For saml: the public address of this service, such as `https://accounts.shop.example`. The identity provider
        /// gets our metadata from `/saml/<name>/metadata` below it, and sends browsers to `/saml/<name>/acs`.
        service_url: Option<String> = None,
        /// For saml: what this service is called there, by default the address of its metadata.
        entity_id: Option<String> = None,
        /// For saml: the attribute with the e-mail address.
        email_attribute: String = "urn:oid:0.9.2342.19200300.100.1.3".to_owned(),
        /// For saml: the attribute with the given name.
        first_name_attribute: String = "urn:oid:2.5.4.42".to_owned(),
        /// For saml: the attribute with the family name.
        last_name_attribute: String = "urn:oid:2.5.4.4".to_owned(),
        /// For saml: the domains for whose e-mail addresses it is believed, separated by commas; `*` for all. Others
        /// count as not verified, and open no account.
        verified_email_domains: Vec<String> = Vec::new(),
        /// The organization, by id or external id, of which everybody becomes a member who comes from there for the first
        /// time.
        organization: Option<String> = None,
        /// Whether it may be in a private network, and http.
        allow_private_network: bool = false,
    }
}

impl ProviderConfig {
    pub(super) fn check(&self, reader: &mut Reader, name: &str) {
        let section = format!("provider.{name}");
        let mut require = |holds, setting, message: &str| reader.require(holds, &section, setting, message);
        require(
            !TAKEN.contains(&name),
            "kind",
            "belongs to a provider whose name is taken; give it another.",
        );
        for (setting, url) in [
            ("issuer", &self.issuer),
            ("api_url", &self.api_url),
            ("url", &self.url),
            ("service_url", &self.service_url),
        ] {
            let holds = url
                .as_ref()
                .is_none_or(|url| is_http_url(url, self.allow_private_network));
            let message = "must be an address that begins with https:// (http:// needs allow_private_network).";
            require(holds, setting, message);
        }
        if self.kind == ProviderKind::Http {
            require(
                self.url.is_some(),
                "url",
                "must be given for a provider of the kind http.",
            );
            require(
                is_long_enough(self.signing_secret.as_ref()),
                "signing_secret",
                "must have at least 32 characters for a provider of the kind http.",
            );
        } else if self.kind != ProviderKind::Saml {
            require(!self.client_id.is_empty(), "client_id", "must be given.");
        }
        if self.kind == ProviderKind::OpenIdConnect {
            require(
                self.issuer.is_some(),
                "issuer",
                "must be given for a provider of the kind oidc.",
            );
        }
        if self.kind == ProviderKind::GitHub {
            require(
                self.client_secret.is_some(),
                "client_secret",
                "must be given for a provider of the kind github.",
            );
        }
        if self.kind == ProviderKind::Saml {
            self.check_saml(reader, name);
        }
    }

    #[cfg(not(feature = "saml"))]
    fn check_saml(&self, reader: &mut Reader, name: &str) {
        let message = "is saml, which this program was built without. Install libxmlsec1, libxml2 and libclang (on Debian: \
                       apt-get install libxmlsec1-dev libxml2-dev libssl-dev libclang-dev pkg-config) and build it with: \
                       cargo build --release --features saml";
        reader.require(false, &format!("provider.{name}"), "kind", message);
    }

    #[cfg(feature = "saml")]
    fn check_saml(&self, reader: &mut Reader, name: &str) {
        let section = format!("provider.{name}");
        let mut require = |holds, setting, message: &str| reader.require(holds, &section, setting, message);
        require(
            self.service_url.is_some(),
            "service_url",
            "must be given for a provider of the kind saml.",
        );
        let (file, given) = (&self.identity_provider_metadata_file, &self.identity_provider_metadata);
        require(
            file.is_some() != given.is_some(),
            "identity_provider_metadata_file",
            "must be given for a provider of the kind saml, or identity_provider_metadata in its place.",
        );
        let is_name = |name: &str| !name.is_empty() && name.len() <= 1_024 && crate::text::is_clean(name, false);
        require(
            self.entity_id.as_deref().is_none_or(is_name),
            "entity_id",
            "must have 1 to 1024 characters.",
        );
        if self.service_url.is_some()
            && file.is_some() != given.is_some()
            && let Err(reason) = self.saml(name)
        {
            let setting = if file.is_some() {
                "identity_provider_metadata_file"
            } else {
                "identity_provider_metadata"
            };
            require(false, setting, &format!("cannot be used: the metadata {reason}."));
        }
    }

    /// The provider, of the kind saml, under this name.
    #[cfg(feature = "saml")]
    pub(crate) fn saml(&self, name: &str) -> Result<Saml, &'static str> {
        let metadata = match &self.identity_provider_metadata_file {
            Some(file) => std::fs::read_to_string(file).map_err(|_| "are not in a file that can be read")?,
            None => self.identity_provider_metadata.clone().unwrap_or_default(),
        };
        Saml::new(SamlSettings {
            name: name.to_owned(),
            service_url: self.service_url.clone().unwrap_or_default(),
            entity_id: self.entity_id.clone(),
            identity_provider_metadata: metadata,
            email_attribute: self.email_attribute.clone(),
            first_name_attribute: self.first_name_attribute.clone(),
            last_name_attribute: self.last_name_attribute.clone(),
            verified_email_domains: self.verified_email_domains.clone(),
            allow_private_network: self.allow_private_network,
        })
    }
}
