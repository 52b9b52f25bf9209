//! Passes on what was written to the outbox to those of this process who listen.
//!
//! One task reads the outbox forward ([`outbox::events_after`]), for all who listen, and only while somebody does. It is
//! woken by the bell of the database (`LISTEN` on PostgreSQL), and looks from time to time without it. Whoever must miss
//! nothing, a sender of webhooks for example, reads with a cursor of their own, which they keep, and may be woken by the
//! same bell; here nothing is kept, and who comes later hears only what happens later.
//!
//! Who is too slow to listen is told so and hears no more: neither does the relay wait for them, nor do they go on with
//! a gap that they know nothing of.

use std::{
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sea_orm::DbErr;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::Instant,
};

use crate::work::{
    Database, Hearing, Statements,
    outbox::{self, Cursor, Event, Mark},
};

/// How many events are read at once.
const PAGE: u64 = 500;

/// How many events may wait for those who listen.
const WAITING: usize = 8_192;

/// How long after an empty look the outbox is looked at again, though no bell was heard.
const PAUSE: Duration = Duration::from_secs(5);

/// How long after a look that found something held back, at first and at last: each such look doubles it.
const SOON: Duration = Duration::from_millis(5);
const NOT_SO_SOON: Duration = Duration::from_millis(200);

/// An event that the relay passes on.
#[derive(Clone, Debug)]
pub struct News {
    event: Event,
    /// When the relay read it: what is looked up later knows at least what was written before the event.
    pub read_at: Instant,
}

impl Deref for News {
    type Target = Event;

    fn deref(&self) -> &Event {
        &self.event
    }
}

/// Passes events on to those who listen; several processes may do so at once.
#[derive(Clone, Debug)]
pub struct Relay {
    database: Database,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    sender: broadcast::Sender<Arc<News>>,
    is_running: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(WAITING),
            is_running: false,
        }
    }
}

/// Why somebody hears no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Deaf {
    /// More events came than were listened to.
    #[error("more events came than were listened to")]
    Behind,
    /// Nobody passes events on to this ear any more.
    #[error("the relay has broken down")]
    Broken,
}

/// Hears what happens from now on.
#[derive(Debug)]
pub struct Ear {
    receiver: broadcast::Receiver<Arc<News>>,
    since: Mark,
}

impl Ear {
    /// The next event; may be given up at any time.
    ///
    /// # Errors
    /// [`Deaf`] when some were missed, or may have been.
    pub async fn next(&mut self) -> Result<Arc<News>, Deaf> {
        loop {
            let news = self.receiver.recv().await.map_err(|error| match error {
                RecvError::Lagged(_) => Deaf::Behind,
                RecvError::Closed => Deaf::Broken,
            })?;
            if !self.since.is_after(news.cursor) {
                return Ok(news);
            }
        }
    }
}

impl Relay {
    /// A relay of this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            database,
            state: Arc::default(),
        }
    }

    /// Listens to what is committed from now on.
    ///
    /// # Errors
    /// Faults.
    pub async fn listen(&self) -> Result<Ear, DbErr> {
        // In this order: what is committed after the mark is either read after this ear was there, or by a relay that
        // begins at the mark.
        let receiver = self.state().sender.subscribe();
        let since = Mark::now(&self.database.reader(&Statements::default())).await?;
        if let Some(running) = Running::begin(self) {
            tokio::spawn(self.clone().run(since.cursor(), running));
        }
        Ok(Ear { receiver, since })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody listens any more; then the next who does so begins anew.
    fn is_done(&self) -> bool {
        let mut state = self.state();
        state.is_running = state.sender.receiver_count() > 0;
        !state.is_running
    }

    async fn run(self, mut cursor: Cursor, mut running: Running) {
        let mut hearing = Hearing::begin(&self.database).await;
        let db = self.database.reader(&Statements::default());
        let mut soon = SOON;
        while !self.is_done() {
            let pause = match outbox::events_after(&db, cursor, PAGE).await {
                Ok(page) => {
                    cursor = page.next;
                    let read_at = Instant::now();
                    for event in page.events {
                        // Who does not listen any more need not be told.
                        let _ = running.sender.send(Arc::new(News { event, read_at }));
                    }
                    if page.has_more {
                        continue;
                    }
                    if page.holds_back {
                        let pause = soon;
                        soon = (soon * 2).min(NOT_SO_SOON);
                        pause
                    } else {
                        soon = SOON;
                        PAUSE
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the outbox could not be read");
                    PAUSE
                }
            };
            hearing.heard_within(pause).await;
        }
        running.is_over = true;
    }
}

/// That the relay runs. When it breaks down, those who listen are told so, and the next who does begins anew.
#[derive(Debug)]
struct Running {
    sender: broadcast::Sender<Arc<News>>,
    state: Arc<Mutex<State>>,
    /// Whether it ends because nobody listens any more.
    is_over: bool,
}

impl Running {
    /// `None` when it runs already.
    fn begin(relay: &Relay) -> Option<Self> {
        let mut state = relay.state();
        if state.is_running {
            return None;
        }
        state.is_running = true;
        Some(Self {
            sender: state.sender.clone(),
            state: Arc::clone(&relay.state),
            is_over: false,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.is_over {
            tracing::error!("the relay has broken down: those who listen are told so");
            *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use secrecy::SecretString;

    use super::*;
    use crate::{migrate, work::DatabaseSettings};

    #[tokio::test]
    async fn a_relay_that_breaks_down_tells_those_who_listen_and_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let settings = DatabaseSettings {
            url: SecretString::from(format!("sqlite://{}/events.sqlite", folder.path().display())),
            connections: 2,
            acquire_timeout: Duration::from_secs(30),
            statement_timeout: Duration::from_secs(30),
        };
        let database = Database::connect(&settings).await.unwrap();
        migrate::up(&database).await.unwrap();
        let relay = Relay::new(database);
        // As if it ran, until it panics.
        let running = Running::begin(&relay).unwrap();
        let mut ear = relay.listen().await.unwrap();
        assert!(Running::begin(&relay).is_none());
        let task = tokio::spawn(async move {
            let _running = running;
            std::panic::resume_unwind(Box::new(()));
        });
        assert!(task.await.unwrap_err().is_panic());
        assert_eq!(ear.next().await.unwrap_err(), Deaf::Broken);
        let _ear = relay.listen().await.unwrap();
        assert!(relay.state().is_running, "whoever listens next starts it again");
    }
}
