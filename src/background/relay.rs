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
use tokio::{sync::broadcast, time::Instant};

use crate::work::{
    Database, Statements,
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
    sender: broadcast::Sender<Arc<News>>,
    is_running: Arc<Mutex<bool>>,
}

/// Why somebody hears no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more events came than could be listened to")]
pub struct Deaf;

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
    /// [`Deaf`] when some were missed.
    pub async fn next(&mut self) -> Result<Arc<News>, Deaf> {
        loop {
            let news = self.receiver.recv().await.map_err(|_| Deaf)?;
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
            sender: broadcast::Sender::new(WAITING),
            is_running: Arc::default(),
        }
    }

    /// Listens to what is committed from now on.
    ///
    /// # Errors
    /// Faults.
    pub async fn listen(&self) -> Result<Ear, DbErr> {
        // In this order: what is committed after the mark is either read after this ear was there, or by a relay that
        // begins at the mark.
        let receiver = self.sender.subscribe();
        let since = Mark::now(&self.database.reader(&Statements::default())).await?;
        let mut is_running = self.is_running();
        if !*is_running {
            *is_running = true;
            tokio::spawn(self.clone().run(since.cursor()));
        }
        drop(is_running);
        Ok(Ear { receiver, since })
    }

    fn is_running(&self) -> MutexGuard<'_, bool> {
        self.is_running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody listens any more; then the next who does so begins anew.
    fn is_done(&self) -> bool {
        let mut is_running = self.is_running();
        *is_running = self.sender.receiver_count() > 0;
        !*is_running
    }

    async fn run(self, mut cursor: Cursor) {
        let (mut listener, mut deafness) = self.database.listen().await;
        if let Some(error) = &deafness {
            tracing::warn!(%error, "other processes cannot be heard: their events come later");
        }
        let db = self.database.reader(&Statements::default());
        let mut soon = SOON;
        while !self.is_done() {
            let pause = match outbox::events_after(&db, cursor, PAGE).await {
                Ok(page) => {
                    cursor = page.next;
                    let read_at = Instant::now();
                    for event in page.events {
                        // Who does not listen any more need not be told.
                        let _ = self.sender.send(Arc::new(News { event, read_at }));
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
            match tokio::time::timeout(pause, listener.heard()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "other processes cannot be heard any more");
                    (listener, deafness) = self.database.listen().await;
                }
                // What could not be heard before may be heard by now.
                Err(_) if deafness.is_some() => (listener, deafness) = self.database.listen().await,
                Err(_) => {}
            }
        }
    }
}
