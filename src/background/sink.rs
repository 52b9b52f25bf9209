//! Passes events on to sinks: message brokers and whatever else takes events one by one.
//!
//! A sink has a cursor of its own in the outbox, kept in the database ([`outbox_reader`]), and one process at a time
//! passes events on to it: it holds the cursor for a while, publishes a page of events outside of any transaction,
//! and then notes how far it has come. Whoever is killed in between has told some events and noted nothing, and the next
//! one tells them again: every event arrives **at least once**, under the same id. The events of one subject (a customer,
//! an organization) are published one after the other, in their order; those of different subjects at the same time.
//! What a sink does not take is tried again, and nothing comes behind it until it does: a sink that is gone for a day
//! gets the events of that day when it comes back, as long as the outbox keeps them.
//!
//! An embedding program brings a sink of its own by implementing [`EventSink`] and putting it into
//! [`AppParts::sinks`](crate::app::AppParts).

#[cfg(feature = "nats")]
mod nats;

use std::{fmt, sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::{StreamExt, future::BoxFuture, stream};
use sea_orm::entity::prelude::Uuid;
use tokio::time::Instant;

use super::Stopping;
use crate::{
    auth::Viewer,
    work::{
        Call, CallParts, Once, Statements, UnitOfWork, WriteError, WriteOptions,
        outbox::{self, Cursor, Event},
        outbox_reader::{self, Begin},
    },
};

#[cfg(feature = "nats")]
pub use nats::Nats;

/// How many events are read at once.
const PAGE: u64 = 500;

/// The events of how many subjects are published at the same time.
const AT_ONCE: usize = 128;

/// For how long a process holds the cursor of a sink, and how long before the end of that it publishes no more.
const HELD: TimeDelta = TimeDelta::seconds(30);
const PUBLISHING: Duration = Duration::from_secs(20);

const _: () = assert!(HELD.num_seconds() > PUBLISHING.as_secs() as i64);

/// How long after an empty look, and while another process holds the cursor, the outbox is looked at again.
const PAUSE: Duration = Duration::from_secs(5);

/// How long after a look that found something held back.
const SOON: Duration = Duration::from_millis(50);

/// How long after a sink did not take an event it is tried again, at first and at last: each failure doubles it.
const AGAIN: Duration = Duration::from_millis(250);
const NOT_SO_SOON_AGAIN: Duration = Duration::from_secs(60);

/// Why a sink did not take an event: a sentence without what was in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SinkError(pub String);

/// Somebody who takes events.
pub trait EventSink: Send + Sync + 'static {
    /// The name of the sink, under which its cursor is kept: at most 64 characters, and never changed.
    fn name(&self) -> &str;

    /// Publishes one event, and answers when it is safe with whoever took it. It may be called again with the same event,
    /// which its id tells.
    fn publish<'a>(&'a self, event: &'a Event) -> BoxFuture<'a, Result<(), SinkError>>;
}

/// An event as sinks tell it: ids, versions and paths, never personal data.
#[must_use]
pub fn body(event: &Event) -> serde_json::Value {
    serde_json::json!({
        "id": event.id.to_string(),
        "topic": event.topic,
        "at": event.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "objectId": event.object,
        "objectVersion": event.version,
        "changedPaths": event.changed_paths,
    })
}

impl fmt::Debug for dyn EventSink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("EventSink").field(&self.name()).finish()
    }
}

/// What became of a page of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// So many events were taken; there are more.
    More(usize),
    /// So many were taken, and that was all that may be read now.
    All(usize),
    /// The same, and there are some that may not be read yet.
    HeldBack(usize),
    /// Another process is at it.
    Elsewhere,
    /// The sink did not take all of them: the page is passed on again.
    Refused,
}

/// Passes the events of the outbox on to one sink; several processes may try at once.
#[derive(Clone, Debug)]
pub struct SinkRelay {
    parts: CallParts,
    sink: Arc<dyn EventSink>,
    /// Under which the cursor is held.
    token: String,
}

impl SinkRelay {
    /// A relay to this sink.
    #[must_use]
    pub fn new(parts: CallParts, sink: Arc<dyn EventSink>) -> Self {
        let token = parts.ids.token();
        Self { parts, sink, token }
    }

    /// Passes events on until it is told to stop, which it heeds between pages. What is wrong is logged and tried again.
    pub async fn run(self, stopping: Stopping) {
        let (mut listener, mut deafness) = self.parts.database.listen().await;
        let mut again = AGAIN;
        while !stopping.is_told() {
            let pause = match self.pass().await {
                Ok(Passed::More(_)) => {
                    again = AGAIN;
                    continue;
                }
                Ok(Passed::All(_) | Passed::Elsewhere) => {
                    again = AGAIN;
                    PAUSE
                }
                Ok(Passed::HeldBack(_)) => SOON,
                refused @ (Ok(Passed::Refused) | Err(_)) => {
                    if let Err(error) = refused {
                        tracing::warn!(sink = self.sink.name(), %error, "events could not be passed on");
                    }
                    let pause = again;
                    again = (again * 2).min(NOT_SO_SOON_AGAIN);
                    // A bell does not make a sink come back.
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = stopping.told() => {}
                    }
                    continue;
                }
            };
            tokio::select! {
                heard = listener.heard() => if let Err(error) = heard {
                    tracing::warn!(%error, "other processes cannot be heard any more");
                    (listener, deafness) = self.parts.database.listen().await;
                },
                () = tokio::time::sleep(pause) => if deafness.is_some() {
                    (listener, deafness) = self.parts.database.listen().await;
                },
                () = stopping.told() => {}
            }
        }
        if let Err(error) = self.release().await {
            tracing::warn!(sink = self.sink.name(), %error, "the cursor of a sink could not be released");
        }
    }

    /// Passes the next page of events on.
    ///
    /// # Errors
    /// Faults of the database.
    pub async fn pass(&self) -> Result<Passed, WriteError> {
        let Some(cursor) = self.hold().await? else {
            return Ok(Passed::Elsewhere);
        };
        let until = Instant::now() + PUBLISHING;
        let db = self.parts.database.reader(&Statements::default());
        let page = outbox::events_after(&db, cursor, PAGE).await?;
        let count = page.events.len();
        if let Err(error) = self.publish(page.events, until).await {
            tracing::warn!(sink = self.sink.name(), %error, "a sink did not take an event");
            return Ok(Passed::Refused);
        }
        if page.next != cursor {
            let is_ours = self.advance(page.next).await?;
            if !is_ours {
                // Somebody took over, because this took too long: they pass the page on again.
                return Ok(Passed::Elsewhere);
            }
        }
        Ok(match (page.has_more, page.holds_back) {
            (true, _) => Passed::More(count),
            (false, true) => Passed::HeldBack(count),
            (false, false) => Passed::All(count),
        })
    }

    async fn publish(&self, events: Vec<Event>, until: Instant) -> Result<(), SinkError> {
        let outcomes: Vec<Result<(), SinkError>> = stream::iter(chains(events))
            .map(|chain| async move {
                for event in &chain {
                    tokio::time::timeout_at(until, self.sink.publish(event))
                        .await
                        .unwrap_or_else(|_| Err(SinkError("it took too long".to_owned())))?;
                }
                Ok(())
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        outcomes.into_iter().collect()
    }

    async fn hold(&self) -> Result<Option<Cursor>, WriteError> {
        let holder = self.holder();
        let written = self
            .call()
            .write(options("sinkHold"), async move |unit: &mut UnitOfWork| {
                let (name, token) = holder.clone();
                let cursor = outbox_reader::hold(unit, &name, Begin::Now, &token, HELD).await?;
                Ok::<_, WriteError>(Once(cursor))
            })
            .await?;
        Ok(written.value.0)
    }

    async fn advance(&self, cursor: Cursor) -> Result<bool, WriteError> {
        let holder = self.holder();
        let written = self
            .call()
            .write(options("sinkAdvance"), async move |unit: &mut UnitOfWork| {
                let (name, token) = holder.clone();
                let is_ours = outbox_reader::advance_held(unit, &name, &token, cursor).await?;
                Ok::<_, WriteError>(Once(is_ours))
            })
            .await?;
        Ok(written.value.0)
    }

    /// Lets another process go on at once.
    async fn release(&self) -> Result<(), WriteError> {
        let holder = self.holder();
        self.call()
            .write(options("sinkRelease"), async move |unit: &mut UnitOfWork| {
                let (name, token) = holder.clone();
                outbox_reader::release(unit, &name, &token).await?;
                Ok::<_, WriteError>(Once(()))
            })
            .await?;
        Ok(())
    }

    /// The name under which the cursor is kept, and the token under which it is held.
    fn holder(&self) -> (String, String) {
        (format!("sink:{}", self.sink.name()), self.token.clone())
    }

    fn call(&self) -> Arc<Call> {
        Arc::new(Call::new(self.parts.clone(), Viewer::System, "sink".to_owned(), None))
    }
}

/// The events of each subject, in their order.
fn chains(events: Vec<Event>) -> Vec<Vec<Event>> {
    let mut chains: Vec<Vec<Event>> = Vec::new();
    let mut places: std::collections::HashMap<Uuid, usize> = std::collections::HashMap::new();
    for event in events {
        let place = *places.entry(event.subject).or_insert_with(|| {
            chains.push(Vec::new());
            chains.len() - 1
        });
        chains[place].push(event);
    }
    chains
}

fn options(mutation: &'static str) -> WriteOptions {
    WriteOptions {
        mutation,
        ..WriteOptions::default()
    }
}
