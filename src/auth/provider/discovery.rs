//! What an OpenID Connect provider says about itself, and its keys; both are kept for a while.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use hyper::http::{Request, StatusCode, header};
use openidconnect::core::{CoreJsonWebKeySet, CoreProviderMetadata};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::ProviderError;
use crate::outbound::Outbound;

/// For how long metadata and keys are believed without asking again.
const FRESH: TimeDelta = TimeDelta::hours(1);

/// For how long old ones are used while the provider does not answer.
const STALE: TimeDelta = TimeDelta::hours(24);

/// For how long a provider that did not answer is left alone.
const LEFT_ALONE: TimeDelta = TimeDelta::seconds(10);

/// How often keys are asked for because a token names one that is not known.
const BETWEEN_KEYS: TimeDelta = TimeDelta::minutes(1);

/// The most keys that a provider may have.
const MOST_KEYS: usize = 50;

/// What a provider says about itself.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) metadata: CoreProviderMetadata,
    /// Whether it promises to name itself when it sends the browser back (RFC 9207).
    pub(super) names_itself: bool,
}

/// The parts of the metadata that OpenID Connect Discovery does not know.
#[derive(Debug, Deserialize)]
struct Further {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    code_challenge_methods_supported: Option<Vec<String>>,
}

#[derive(Debug, Default)]
struct Kept {
    document: Option<(DateTime<Utc>, Arc<Document>)>,
    keys: Option<(DateTime<Utc>, CoreJsonWebKeySet)>,
    keys_asked_at: Option<DateTime<Utc>>,
    failed_at: Option<DateTime<Utc>>,
}

/// Asks a provider about itself.
#[derive(Debug)]
pub(super) struct Discovery {
    issuer: String,
    outbound: Outbound,
    // Held while the provider is asked: who comes meanwhile waits for the one answer.
    kept: Mutex<Kept>,
}

impl Discovery {
    pub(super) fn new(issuer: String, outbound: Outbound) -> Self {
        Self {
            issuer,
            outbound,
            kept: Mutex::default(),
        }
    }

    /// What the provider says about itself.
    pub(super) async fn document(&self, now: DateTime<Utc>) -> Result<Arc<Document>, ProviderError> {
        let mut kept = self.kept.lock().await;
        if let Some((at, document)) = &kept.document
            && now - *at < FRESH
        {
            return Ok(Arc::clone(document));
        }
        let asked = if is_left_alone(&kept, now) {
            Err(ProviderError::Unavailable("it did not answer a moment ago"))
        } else {
            self.ask().await
        };
        match (asked, &kept.document) {
            (Ok(document), _) => {
                let document = Arc::new(document);
                kept.document = Some((now, Arc::clone(&document)));
                kept.failed_at = None;
                Ok(document)
            }
            (Err(error), old) => {
                let old = old.as_ref().filter(|(at, _)| now - *at < STALE);
                let answer = old.map(|(_, document)| Arc::clone(document)).ok_or(error);
                if !is_left_alone(&kept, now) {
                    kept.failed_at = Some(now);
                }
                answer
            }
        }
    }

    /// The provider's keys. When a token names one that is not among them (`is_missing`), they are asked for anew, but
    /// not more than once a minute.
    pub(super) async fn keys(
        &self,
        document: &Document,
        now: DateTime<Utc>,
        is_missing: bool,
    ) -> Result<CoreJsonWebKeySet, ProviderError> {
        let mut kept = self.kept.lock().await;
        let was_asked = kept.keys_asked_at.is_some_and(|at| now - at < BETWEEN_KEYS);
        if let Some((at, keys)) = &kept.keys
            && now - *at < STALE
            && (was_asked || (now - *at < FRESH && !is_missing))
        {
            return Ok(keys.clone());
        }
        if is_left_alone(&kept, now) {
            return Err(ProviderError::Unavailable("it did not answer a moment ago"));
        }
        kept.keys_asked_at = Some(now);
        match self.ask_for_keys(document).await {
            Ok(keys) => {
                kept.keys = Some((now, keys.clone()));
                Ok(keys)
            }
            Err(error) => match &kept.keys {
                Some((at, keys)) if now - *at < STALE => Ok(keys.clone()),
                _ => {
                    kept.failed_at = Some(now);
                    Err(error)
                }
            },
        }
    }

    async fn ask(&self) -> Result<Document, ProviderError> {
        let url = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let value = get_json(&self.outbound, &url, None).await?;
        let further: Further = serde_json::from_value(value.clone())
            .map_err(|_| ProviderError::Unavailable("its metadata are not understood"))?;
        let metadata: CoreProviderMetadata =
            serde_json::from_value(value).map_err(|_| ProviderError::Unavailable("its metadata are not understood"))?;
        if metadata.issuer().as_str() != self.issuer {
            return Err(ProviderError::Unavailable("its metadata name another issuer"));
        }
        if further
            .code_challenge_methods_supported
            .is_some_and(|methods| !methods.iter().any(|method| method == "S256"))
        {
            return Err(ProviderError::Unavailable("it does not do PKCE with S256"));
        }
        Ok(Document {
            metadata,
            names_itself: further.authorization_response_iss_parameter_supported,
        })
    }

    async fn ask_for_keys(&self, document: &Document) -> Result<CoreJsonWebKeySet, ProviderError> {
        let value = get_json(&self.outbound, document.metadata.jwks_uri().as_str(), None).await?;
        let count = value.get("keys").and_then(Value::as_array).map_or(0, Vec::len);
        if count == 0 || count > MOST_KEYS {
            return Err(ProviderError::Unavailable("it has no keys, or too many"));
        }
        serde_json::from_value(value).map_err(|_| ProviderError::Unavailable("its keys are not understood"))
    }
}

fn is_left_alone(kept: &Kept, now: DateTime<Utc>) -> bool {
    kept.failed_at.is_some_and(|at| now - at < LEFT_ALONE)
}

/// The JSON behind an address.
pub(super) async fn get_json(outbound: &Outbound, url: &str, bearer: Option<&str>) -> Result<Value, ProviderError> {
    let mut request = Request::get(url).header(header::ACCEPT, "application/json");
    if let Some(token) = bearer {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request
        .body(Vec::new())
        .map_err(|_| ProviderError::Unavailable("an address of it cannot be read"))?;
    let answer = outbound.send(request).await?;
    if answer.status() != StatusCode::OK {
        return Err(ProviderError::Unavailable("it answers with another status than 200"));
    }
    serde_json::from_slice(answer.body()).map_err(|_| ProviderError::Unavailable("its answer is not JSON"))
}
