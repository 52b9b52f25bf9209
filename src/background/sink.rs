//! Passes events on to sinks: message brokers and whatever else takes events one by one.
//!
//! A sink has a cursor of its own in the outbox, kept in the database ([`outbox_reader`]), and one process at a time
//! passes events on to it: it holds the cursor for a while, publishes a page of events outside of any transaction,
//! and then notes how far it has come. Whoever is killed in between has told some events and noted nothing, and the next
//! one tells them again: every event arrives **at least once**, under the same id. The events of one subject (a customer,
//! an organization) are published one after the other, in their order; those of different subjects at the same time.
//! What a sink does not take is tried again, and nothing of the same subject comes behind it until it does; what belongs
//! to others and stands close behind it may come again with it. A sink that is gone for a day gets the events of that day
//! when it comes back. Events that a sink has still to get are kept, but not
//! for one that nobody has served for as long as events are kept ([`outbox::sweep`]).
//!
//! An embedding program brings a sink of its own by implementing [`EventSink`] and putting it into
//! [`AppParts::sinks`](crate::app::AppParts).

#[cfg(feature = "nats")]
mod nats;

use std::{fmt, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use chrono::TimeDelta;
use entity::id::format;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use sea_orm::entity::prelude::Uuid;
use tokio::time::Instant;

use super::Stopping;
use crate::{
    auth::Viewer,
    work::{
        Call, CallParts, Hearing, Once, Statements, UnitOfWork, WriteError, WriteOptions,
        outbox::{self, Cursor, Event},
        outbox_reader::{self, Begin},
        outbox_subject,
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
    fn publish<'a>(&'a self, event: &'a SinkEvent) -> BoxFuture<'a, Result<(), SinkError>>;
}

/// An event as it is passed on.
#[derive(Clone, Debug)]
pub struct SinkEvent {
    /// What happened.
    pub event: Event,
    /// The id of whoever it belongs to, a customer for one: what belongs to the same comes in its order.
    pub subject_id: String,
}

impl SinkEvent {
    /// The event as sinks tell it: ids, versions and paths, never personal data.
    #[must_use]
    pub fn body(&self) -> serde_json::Value {
        let Self { event, subject_id } = self;
        serde_json::json!({
            "id": event.id.to_string(),
            "topic": event.topic,
            "at": event.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            "subjectId": subject_id,
            "objectId": event.object,
            "objectVersion": event.version,
            "changedPaths": event.changed_paths,
        })
    }
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
    /// The sink did not take all of them: what begins with the first that it did not take is passed on again.
    Refused {
        /// Whether it took what came before that.
        gets_on: bool,
    },
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
        let mut hearing = Hearing::begin(&self.parts.database).await;
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
                refused @ (Ok(Passed::Refused { .. }) | Err(_)) => {
                    if let Ok(Passed::Refused { gets_on: true }) = refused {
                        again = AGAIN;
                    }
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
                _ = hearing.heard_within(pause) => {}
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
        let kinds = outbox_subject::kinds(&db, &page.events).await?;
        let events = page.events.into_iter().map(|event| SinkEvent {
            subject_id: format(outbox_subject::kind(&kinds, &event), event.subject),
            event,
        });
        let failed = self.publish(events.collect(), until).await;
        // What comes before the first event that was not taken was taken.
        let reached = failed
            .as_ref()
            .map_or(page.next, |(before, _)| before.unwrap_or(cursor));
        if reached != cursor && !self.advance(reached).await? {
            // Somebody took over, because this took too long: they pass the page on again.
            return Ok(Passed::Elsewhere);
        }
        if let Some((_, error)) = failed {
            tracing::warn!(sink = self.sink.name(), %error, "a sink did not take an event");
            let gets_on = reached != cursor;
            return Ok(Passed::Refused { gets_on });
        }
        Ok(match (page.has_more, page.holds_back) {
            (true, _) => Passed::More(count),
            (false, true) => Passed::HeldBack(count),
            (false, false) => Passed::All(count),
        })
    }

    /// Publishes a page. When an event is not taken, the ones behind it of the same subject wait; answers the place behind
    /// which nothing counts then, if it is within the page, and why.
    async fn publish(&self, events: Vec<SinkEvent>, until: Instant) -> Option<(Option<Cursor>, SinkError)> {
        let places: Vec<Cursor> = events.iter().map(|told| told.event.cursor).collect();
        let outcomes: Vec<Option<(Cursor, SinkError)>> = stream::iter(chains(events))
            .map(|chain| self.publish_chain(chain, until))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let (first, error) = outcomes.into_iter().flatten().min_by_key(|(cursor, _)| *cursor)?;
        let before = places.into_iter().take_while(|cursor| *cursor < first).last();
        Some((before, error))
    }

    /// Publishes the events of one subject; answers the first that was not taken, and why.
    async fn publish_chain(&self, chain: Vec<SinkEvent>, until: Instant) -> Option<(Cursor, SinkError)> {
        for told in &chain {
            let published = AssertUnwindSafe(async { self.sink.publish(told).await }).catch_unwind();
            let outcome = match tokio::time::timeout_at(until, published).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Err(SinkError("it has broken down".to_owned())),
                Err(_) => Err(SinkError("it took too long".to_owned())),
            };
            if let Err(error) = outcome {
                return Some((told.event.cursor, error));
            }
        }
        None
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
fn chains(events: Vec<SinkEvent>) -> Vec<Vec<SinkEvent>> {
    let mut chains: Vec<Vec<SinkEvent>> = Vec::new();
    let mut places: std::collections::HashMap<Uuid, usize> = std::collections::HashMap::new();
    for told in events {
        let place = *places.entry(told.event.subject).or_insert_with(|| {
            chains.push(Vec::new());
            chains.len() - 1
        });
        chains[place].push(told);
    }
    chains
}

fn options(mutation: &'static str) -> WriteOptions {
    WriteOptions {
        mutation,
        ..WriteOptions::default()
    }
}
