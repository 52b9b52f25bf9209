//! Providers: at whom people may log in.

use secrecy::SecretString;

use super::{hook::is_long_enough, reader::Reader, section, setting::Setting};
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
}

impl Setting for ProviderKind {
    fn read(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "oidc" => Ok(Self::OpenIdConnect),
            "google" => Ok(Self::Google),
            "github" => Ok(Self::GitHub),
            "http" => Ok(Self::Http),
            _ => Err("must be oidc, google, github or http.".to_owned()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::OpenIdConnect => "oidc",
            Self::Google => "google",
            Self::GitHub => "github",
            Self::Http => "http",
        }
        .to_owned()
    }
}

/// Names that other ways to log in have.
const TAKEN: [&str; 8] = [
    "password",
    "passkey",
    "totp",
    "otp",
    "magic_link",
    "email",
    "saml",
    "recovery",
];

section! {
    /// At whom people may log in.
    ProviderConfig in each "provider" {
        /// How it is spoken to: oidc (OpenID Connect), google, github, or http (a service of your own).
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
        for (setting, url) in [("issuer", &self.issuer), ("api_url", &self.api_url), ("url", &self.url)] {
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
        } else {
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
    }
}
