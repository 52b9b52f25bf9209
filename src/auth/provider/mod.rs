//! Those who vouch for people: somebody logs in at a provider, and the provider says who they are.
//!
//! [`IdentityProvider`] is the one thing that the rooms know; OpenID Connect, GitHub, SAML (with the feature `saml`) and a
//! service of the deployment's own ([`HttpProvider`]) are its implementations, and another is registered by name where
//! the application is put together. What a provider says is an [`ExternalIdentity`], which is no more than a claim; what follows from it is
//! decided in one place, `features::provider`.

mod discovery;
mod github;
mod http_provider;
mod open_id_connect;
mod registry;
#[cfg(feature = "saml")]
pub mod saml;

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::outbound::OutboundError;

pub use github::{GitHub, GitHubSettings};
pub use http_provider::HttpProvider;
pub use open_id_connect::{OpenIdConnect, OpenIdConnectSettings};
pub use registry::{Providers, is_redirect_url};

/// Somebody who vouches for people.
pub trait IdentityProvider: Send + Sync + fmt::Debug {
    /// The address to which the browser goes to log in there.
    fn start<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<String, ProviderError>>;

    /// Who it was that logged in there.
    fn complete<'a>(
        &'a self,
        attempt: &'a Attempt,
        answer: &'a ProviderAnswer,
    ) -> BoxFuture<'a, Result<ExternalIdentity, ProviderError>>;

    /// What a SAML identity provider must know about this service, as XML. Who has this gets the browser's answer from
    /// `/saml/{provider}/acs` ([`ProviderAnswer::posted`]).
    fn service_metadata(&self) -> Option<&str> {
        None
    }
}

/// One log-in at a provider, from the start to the end of it. Nonce and verifier are made from the state, so that
/// nothing of them needs to be kept.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Comes back with the browser.
    pub state: SecretString,
    /// Must be in the provider's answer (OpenID Connect).
    pub nonce: SecretString,
    /// Proves that who asks for the answer is who began (PKCE).
    pub verifier: SecretString,
    /// Where the browser is sent back.
    pub redirect_url: String,
    /// The present instant.
    pub now: DateTime<Utc>,
}

impl Attempt {
    /// The attempt that has this state.
    #[must_use]
    pub fn of(key: &[u8; 32], state: SecretString, redirect_url: String, now: DateTime<Utc>) -> Self {
        Self {
            nonce: derived(key, "nonce", &state),
            verifier: derived(key, "verifier", &state),
            state,
            redirect_url,
            now,
        }
    }

    /// What the provider is given of the verifier when it begins: its SHA-256.
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose_secret()))
    }
}

fn derived(key: &[u8; 32], label: &str, state: &SecretString) -> SecretString {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(label.as_bytes());
            mac.update(b":");
            mac.update(state.expose_secret().as_bytes());
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()).into()
        }
        Err(_) => unreachable!("HMAC takes keys of any length"),
    }
}

/// What the browser brings back from the provider.
#[derive(Clone, Debug)]
pub struct ProviderAnswer {
    /// Stands for the log-in there.
    pub code: SecretString,
    /// Who says to have sent it (RFC 9207).
    pub issuer: Option<String>,
    /// What the browser brought from there in a form, where the provider answers so (SAML); the code stands for it.
    pub posted: Option<SecretString>,
}

/// Who a provider says somebody is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalIdentity {
    /// How the provider names the person; it never changes, and alone decides who it is.
    pub subject: String,
    /// Their e-mail address there.
    pub email: Option<String>,
    /// Whether the provider vouches that the address is theirs.
    pub email_verified: bool,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// What else the provider says.
    pub data: serde_json::Map<String, serde_json::Value>,
}

/// Why a provider did not vouch for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It says that the log-in is not valid, or what it says is not to be believed.
    #[error("the provider did not confirm the log-in: {0}")]
    Refused(&'static str),
    /// Somebody else sent the browser back.
    #[error("another provider answered")]
    OtherIssuer,
    /// What the browser brought from a SAML identity provider is not valid, or not to be believed.
    #[error("the SAML answer is not valid: {0}")]
    SamlInvalid(&'static str),
    /// It does not answer, or not as agreed.
    #[error("the provider does not answer as it should: {0}")]
    Unavailable(&'static str),
}

impl From<OutboundError> for ProviderError {
    fn from(error: OutboundError) -> Self {
        Self::Unavailable(match error {
            OutboundError::Forbidden => "requests may not be sent to its address",
            OutboundError::NoAnswer => "no answer",
            OutboundError::TooLarge => "its answer is too large",
            OutboundError::Busy => "too many requests are under way",
        })
    }
}

/// Text of a provider, no longer than this; what is longer or holds control characters counts as absent.
fn bounded(text: Option<String>, most: usize) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty() && text.chars().count() <= most && crate::text::is_clean(text, false))
}

/// A subject that can be kept.
fn subject(text: String) -> Result<String, ProviderError> {
    if text.is_empty() || text.len() > 255 || text.chars().any(char::is_control) {
        return Err(ProviderError::Refused("the subject is empty or too long"));
    }
    Ok(text)
}
