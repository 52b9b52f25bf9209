//! A provider of the deployment's own: a service that answers two signed requests.
//!
//! To begin it gets `{"action": "start", "state", "redirectUrl", "codeChallenge", "nonce"}` and answers
//! `{"authorizationUrl"}`, where the browser goes. In the end it gets `{"action": "complete", "code", "codeVerifier",
//! "nonce", "redirectUrl", "issuer"}` and answers `{"subject", "email", "emailVerified", "firstName", "lastName",
//! "data"}`, or `{"error"}` when it does not vouch for the person. How requests are signed stands at
//! [`Outbound::post_signed`].

use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Attempt, ExternalIdentity, IdentityProvider, ProviderAnswer, ProviderError, bounded, subject};
use crate::outbound::{Outbound, PATIENCE, is_http_url};

/// A service of the deployment's own that vouches for people.
#[derive(Debug)]
pub struct HttpProvider {
    url: String,
    secret: SecretString,
    outbound: Outbound,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    authorization_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Completed {
    subject: Option<String>,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    first_name: Option<String>,
    last_name: Option<String>,
    #[serde(default)]
    data: Map<String, Value>,
    error: Option<Value>,
}

impl HttpProvider {
    /// The service at this address; the secret signs what is sent to it.
    #[must_use]
    pub fn new(url: String, secret: SecretString, allow_private_network: bool) -> Self {
        Self {
            url,
            secret,
            outbound: Outbound::new(allow_private_network, PATIENCE),
        }
    }

    async fn authorization_url(&self, attempt: &Attempt) -> Result<String, ProviderError> {
        let body = json!({
            "action": "start",
            "state": attempt.state.expose_secret(),
            "redirectUrl": attempt.redirect_url,
            "codeChallenge": attempt.challenge(),
            "nonce": attempt.nonce.expose_secret(),
        });
        let url = self.ask::<Started>(attempt, &body).await?.authorization_url;
        if !is_http_url(&url, self.outbound.allows_private()) {
            return Err(ProviderError::Unavailable("the address of its log-in cannot be used"));
        }
        Ok(url)
    }

    async fn identity(&self, attempt: &Attempt, answer: &ProviderAnswer) -> Result<ExternalIdentity, ProviderError> {
        let body = json!({
            "action": "complete",
            "code": answer.code.expose_secret(),
            "codeVerifier": attempt.verifier.expose_secret(),
            "nonce": attempt.nonce.expose_secret(),
            "redirectUrl": attempt.redirect_url,
            "issuer": answer.issuer,
        });
        let completed = self.ask::<Completed>(attempt, &body).await?;
        if completed.error.is_some() {
            return Err(ProviderError::Refused("it does not vouch for the person"));
        }
        Ok(ExternalIdentity {
            subject: subject(completed.subject.unwrap_or_default())?,
            email: bounded(completed.email, 254),
            email_verified: completed.email_verified,
            first_name: bounded(completed.first_name, 200),
            last_name: bounded(completed.last_name, 200),
            data: completed.data,
        })
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, attempt: &Attempt, body: &Value) -> Result<T, ProviderError> {
        let timestamp = attempt.now.timestamp();
        let answer = self
            .outbound
            .post_signed(&self.url, &self.secret, timestamp, body)
            .await?;
        serde_json::from_value(answer).map_err(|_| ProviderError::Unavailable("its answer is not understood"))
    }
}

impl IdentityProvider for HttpProvider {
    fn start<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<String, ProviderError>> {
        Box::pin(self.authorization_url(attempt))
    }

    fn complete<'a>(
        &'a self,
        attempt: &'a Attempt,
        answer: &'a ProviderAnswer,
    ) -> BoxFuture<'a, Result<ExternalIdentity, ProviderError>> {
        Box::pin(self.identity(attempt, answer))
    }
}
