//! Tells those who read the outbox that something was written to it.
//!
//! Within a process the bell rings after the commit. On PostgreSQL the process then tells the others with `NOTIFY`, once
//! for all that was committed within a moment, and in a statement of its own: PostgreSQL lets all transactions of a
//! server that notify commit one after the other, each with its flush to disk, so within the transactions of the writers
//! it would make all writers wait for each other. A bell that is not heard delays an event and loses none: whoever reads
//! looks from time to time without it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::{DbErr, RuntimeErr, sqlx::postgres::PgListener};
use tokio::sync::watch;

use super::{Database, postgres::Pool};

/// The channel on which processes tell each other.
pub(super) const CHANNEL: &str = "customer_graph_outbox";

/// For how long the others are told once.
const MOMENT: Duration = Duration::from_millis(20);

/// Rings when events were committed.
#[derive(Clone, Debug)]
pub(super) struct Bell {
    rung: watch::Sender<()>,
    /// Whether a task is at it that tells the other processes.
    telling: Arc<AtomicBool>,
}

impl Default for Bell {
    fn default() -> Self {
        Self {
            rung: watch::Sender::new(()),
            telling: Arc::default(),
        }
    }
}

impl Bell {
    pub(super) fn ring(&self, others: Option<&Pool>) {
        self.rung.send_replace(());
        let Some(pool) = others else { return };
        if self.telling.swap(true, Ordering::SeqCst) {
            return;
        }
        let (bell, pool) = (self.clone(), pool.clone());
        // What is to be told has happened by now or lets itself be seen below.
        let mut rung = self.rung.subscribe();
        tokio::spawn(async move {
            loop {
                rung.mark_unchanged();
                if let Err(error) = pool.notify(CHANNEL).await {
                    tracing::debug!(%error, "the other processes could not be told of events");
                }
                tokio::time::sleep(MOMENT).await;
                if rung.has_changed().unwrap_or_default() {
                    continue;
                }
                bell.telling.store(false, Ordering::SeqCst);
                if !rung.has_changed().unwrap_or_default() || bell.telling.swap(true, Ordering::SeqCst) {
                    break;
                }
            }
        });
    }

    pub(super) fn hear(&self) -> Listener {
        Listener {
            rung: self.rung.subscribe(),
            others: None,
        }
    }
}

/// Hears the bell of this process and those of the others.
pub struct Listener {
    rung: watch::Receiver<()>,
    pub(super) others: Option<PgListener>,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Listener").finish_non_exhaustive()
    }
}

/// Hears the bell for as long as somebody wants to, whatever becomes of the connection to the other processes: it is made
/// anew when it breaks, and tried again with each look while there is none.
#[derive(Debug)]
pub struct Hearing {
    database: Database,
    listener: Listener,
    is_deaf: bool,
}

impl Hearing {
    /// Hears the bell of this database from now on.
    pub async fn begin(database: &Database) -> Self {
        let (listener, deafness) = database.listen().await;
        if let Some(error) = &deafness {
            tracing::warn!(%error, "other processes cannot be heard: what they do is seen later");
        }
        Self {
            database: database.clone(),
            listener,
            is_deaf: deafness.is_some(),
        }
    }

    /// Waits until events may have been written, but no longer than this; answers whether the bell was heard. May be given
    /// up at any time.
    pub async fn heard_within(&mut self, pause: Duration) -> bool {
        match tokio::time::timeout(pause, self.listener.heard()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "other processes cannot be heard any more");
                self.listen_again().await;
                false
            }
            Err(_) => {
                if self.is_deaf {
                    self.listen_again().await;
                }
                false
            }
        }
    }

    async fn listen_again(&mut self) {
        let (listener, deafness) = self.database.listen().await;
        self.listener = listener;
        self.is_deaf = deafness.is_some();
    }
}

impl Listener {
    /// Waits until events may have been written since it was last heard.
    ///
    /// # Errors
    /// When the other processes cannot be heard any more; from then on this one alone is.
    pub async fn heard(&mut self) -> Result<(), DbErr> {
        let Some(others) = &mut self.others else {
            // The sender lives in the database, which whoever listens holds.
            let _ = self.rung.changed().await;
            return Ok(());
        };
        let told = tokio::select! {
            _ = self.rung.changed() => return Ok(()),
            told = others.recv() => told,
        };
        told.map(|_| ()).map_err(|error| {
            self.others = None;
            DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)))
        })
    }
}
