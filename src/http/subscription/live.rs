//! One subscription, whatever carries it.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use tokio::sync::{Semaphore, mpsc};

use super::Listener;
use crate::{
    auth::Unauthenticated,
    background::{Deaf, Ear, News},
    graphql::subscription::Interest,
    http::{
        HttpState,
        operation::{Cause, Refused, errors},
        request::Body,
    },
};

/// A subscription that has begun. A task of its own runs it: whoever waits for what it tells may give up waiting at any
/// time, and nothing is lost.
#[derive(Debug)]
pub(super) struct Live {
    state: Arc<HttpState>,
    listener: Arc<Listener>,
    body: Body,
    interest: Interest,
    ear: Ear,
}

/// What is told next.
#[derive(Debug)]
pub(super) enum Told {
    /// An answer, as JSON.
    Next(Vec<u8>),
    /// These errors, after which nothing more is told.
    Failed(serde_json::Value),
    /// Nothing more: whoever listens may not do so any more.
    Unauthenticated,
}

impl Live {
    /// Begins a subscription.
    pub(super) async fn begin(state: Arc<HttpState>, listener: Arc<Listener>, body: Body) -> Result<Self, Told> {
        let refused = |refused: Refused| Told::Failed(refused.errors(listener.request_id()));
        let asker = listener.now(&state).await.map_err(|error| unknown(&listener, &error))?;
        let prepared = state.prepare(asker, body.clone()).map_err(refused)?;
        if prepared.kind != OperationType::Subscription {
            let message = "Only subscriptions come this way. Send queries and mutations with POST.";
            return Err(refused(Refused::new(Cause::Operation, message)));
        }
        let interest = match prepared.begin().await.map_err(refused)? {
            Ok(interest) => interest,
            Err(outcome) => return Err(Told::Failed(outcome.errors())),
        };
        let ear = match state.relay.listen().await {
            Ok(ear) => ear,
            Err(error) => {
                tracing::error!(request.id = listener.request_id(), %error, "nobody can listen");
                return Err(unavailable(&listener));
            }
        };
        Ok(Self {
            state,
            listener,
            body,
            interest,
            ear,
        })
    }

    /// Hands over one thing after the other, until nothing more is told or nobody takes it. Those that share these turns
    /// take them: whoever has one keeps it until the answer is taken, so that few answers wait at once.
    pub(super) async fn run<T>(mut self, turns: Arc<Semaphore>, queue: mpsc::Sender<T>, form: impl Fn(Told) -> T) {
        loop {
            let news = match self.ear.next().await {
                Ok(news) if self.interest.kind(&news).is_none() => continue,
                news => news,
            };
            // Turns are never ended.
            let Ok(turn) = turns.acquire().await else { return };
            let told = match news {
                Ok(news) => self.tell(&news).await,
                Err(deaf) => Some(self.deaf(deaf)),
            };
            if let Some(told) = told {
                let is_last = !matches!(told, Told::Next(_));
                if queue.send(form(told)).await.is_err() || is_last {
                    return;
                }
            }
            drop(turn);
        }
    }

    /// Why nothing more is heard.
    fn deaf(&self, deaf: Deaf) -> Told {
        match deaf {
            Deaf::Behind => {
                let message =
                    "More has happened than you have listened to. Read anew what you know, and subscribe again.";
                Told::Failed(errors("RATE_LIMITED", message, self.listener.request_id()))
            }
            Deaf::Broken => unavailable(&self.listener),
        }
    }

    /// What an event is to whoever listens; `None` when it does not exist for them.
    async fn tell(&self, news: &News) -> Option<Told> {
        // One change may be told to thousands: they leave connections to the database for everybody else.
        let _turn = self.state.hearings.acquire().await;
        let asker = match self.listener.after(&self.state, news.read_at).await {
            Ok(asker) => asker,
            Err(error) => return Some(unknown(&self.listener, &error)),
        };
        let told = match self.state.prepare(asker, self.body.clone()) {
            Ok(prepared) => prepared.hear(Arc::new((**news).clone())).await,
            Err(refused) => Err(refused),
        };
        match told {
            Ok(None) => None,
            // Whoever may not ask for the field any more is told so, and nothing else.
            Ok(Some(outcome)) if outcome.is_empty => Some(Told::Failed(outcome.errors())),
            Ok(Some(outcome)) => Some(Told::Next(outcome.json())),
            Err(refused) => Some(Told::Failed(refused.errors(self.listener.request_id()))),
        }
    }
}

fn unknown(listener: &Listener, error: &Unauthenticated) -> Told {
    match error {
        Unauthenticated::Invalid => Told::Unauthenticated,
        Unauthenticated::Fault(error) => {
            tracing::error!(request.id = listener.request_id(), %error, "could not find out who is listening");
            unavailable(listener)
        }
    }
}

fn unavailable(listener: &Listener) -> Told {
    Told::Failed(not_available(listener.request_id()))
}

/// The errors that say so.
pub(super) fn not_available(request_id: &str) -> serde_json::Value {
    let message = "The service is not available. Try again in a moment.";
    Refused::new(Cause::Unavailable, message).errors(request_id)
}
