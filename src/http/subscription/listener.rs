//! Who listens, looked at anew for each event.

use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use tokio::{
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::{
    auth::{Unauthenticated, Viewer},
    http::{
        HttpState, asker,
        operation::{Asker, Cause, Refused},
    },
    work::Client,
};

/// For how long an answer serves for several events that were read before it was given.
const RECENT: Duration = Duration::from_secs(1);

/// Who listens, and with which token.
#[derive(Debug)]
pub(in crate::http) struct Listener {
    /// As they were at first.
    asker: Asker,
    /// Without one, somebody whom we do not know.
    token: Option<SecretString>,
    /// When the token ends by itself.
    pub(super) ends_at: Option<DateTime<Utc>>,
    /// Who they were when they were looked up last, and when that began.
    known: Mutex<Option<(Instant, Viewer)>>,
}

impl Listener {
    /// Whoever sent this head, which [`asker::of`] has read.
    pub(in crate::http) fn of(state: &HttpState, parts: &Parts, asker: Asker) -> Result<Self, Refused> {
        let invalid = |error: Unauthenticated| Refused::new(Cause::Unauthenticated, error.to_string());
        let token = asker::token(&parts.headers, asker.cookies.as_ref()).map_err(invalid)?;
        let ends_at = token
            .as_ref()
            .and_then(|token| state.authenticator.end_of(token.expose_secret()));
        let asker = Asker {
            cookies: None,
            idempotency_key: None,
            ..asker
        };
        let listener = Self {
            asker,
            token,
            ends_at,
            known: Mutex::default(),
        };
        if listener.has_ended(state) {
            return Err(invalid(Unauthenticated::Invalid));
        }
        Ok(listener)
    }

    /// Whether the token has ended by itself. Clocks that differ a little are no reason to go on listening.
    pub(super) fn has_ended(&self, state: &HttpState) -> bool {
        self.ends_at.is_some_and(|end| end <= state.parts.clock.now())
    }

    /// In how long the token ends by itself.
    pub(super) fn time_left(&self, state: &HttpState) -> Option<Duration> {
        let left = self.ends_at? - state.parts.clock.now();
        Some(left.to_std().unwrap_or_default())
    }

    /// Whether they may still listen, as it is remembered for a few seconds.
    pub(super) async fn check(&self, state: &HttpState) -> Result<(), Unauthenticated> {
        if self.has_ended(state) {
            return Err(Unauthenticated::Invalid);
        }
        match &self.token {
            Some(token) => state.authenticator.viewer(token.expose_secret()).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// Who they are at first, for the beginning of a subscription.
    pub(super) async fn now(&self, state: &HttpState) -> Result<Asker, Unauthenticated> {
        self.after(state, Instant::now()).await
    }

    /// Who they are, as the tables told after this moment: whoever lost a right before an event does not hear of it.
    pub(super) async fn after(&self, state: &HttpState, moment: Instant) -> Result<Asker, Unauthenticated> {
        if self.has_ended(state) {
            return Err(Unauthenticated::Invalid);
        }
        let viewer = match &self.token {
            Some(token) => {
                let mut known = self.known.lock().await;
                let recent = known
                    .as_ref()
                    .filter(|(looked, _)| *looked >= moment && looked.elapsed() < RECENT);
                match recent {
                    Some((_, viewer)) => viewer.clone(),
                    None => {
                        let looked = Instant::now();
                        let viewer = state.authenticator.viewer_now(token.expose_secret()).await?;
                        *known = Some((looked, viewer.clone()));
                        viewer
                    }
                }
            }
            None => Viewer::Anonymous,
        };
        Ok(Asker {
            viewer,
            ..self.asker.clone()
        })
    }

    /// From where they listen.
    pub(super) fn client(&self) -> &Client {
        &self.asker.client
    }

    /// Names the request in logs and errors.
    pub(super) fn request_id(&self) -> &str {
        &self.asker.request_id
    }
}
