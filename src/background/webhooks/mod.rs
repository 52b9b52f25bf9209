//! Tells those who are to be told of events: queues what they are told, and sends it.
//!
//! What must be true is in the room ([`crate::features::webhook`]); here is who does it when. Two things go on side by side: the
//! outbox is read forward, woken by the bell of the database, by one process at a time; and what is due is sent, by as many
//! processes as there are. Each endpoint is served by a task of its own, so that one that is slow keeps nobody waiting.

mod sender;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use entity::id::WebhookEndpointId;
use sea_orm::DbErr;
use tokio::{
    sync::Notify,
    task::{Id, JoinSet},
    time::sleep,
};

use super::Stopping;
use crate::{
    auth::Viewer,
    config::WebhooksConfig,
    features::webhook::{
        Courier,
        fan_out::{self, FannedOut},
        queue,
    },
    work::{Call, CallParts, Hearing, Once, UnitOfWork, WriteError, WriteOptions},
};

/// How many events are read at once.
const PAGE: u64 = 1_000;

/// How long after an empty look the outbox is looked at again, though no bell was heard.
const PAUSE: Duration = Duration::from_secs(5);

/// How long events are gathered after the bell: those that are committed together are queued together.
const GATHERING: Duration = Duration::from_millis(50);

/// How often the outbox is passed over while nobody is told of anything: what nobody has to read any more can be swept.
const PASSING_OVER: Duration = Duration::from_secs(60);

/// How long after a look that found something held back, at first and at last: each such look doubles it.
const SOON: Duration = Duration::from_millis(5);
const NOT_SO_SOON: Duration = Duration::from_millis(200);

/// How long after a look at the queue it is looked at again: what another process has queued, and what is due again.
const LOOK: Duration = Duration::from_secs(1);

/// How long to wait after a fault.
const AFTER_FAULT: Duration = Duration::from_secs(5);

/// Webhooks cannot be queued or sent.
#[derive(Debug, thiserror::Error)]
#[error("webhooks cannot be sent: {0}")]
pub struct WebhooksError(#[from] WriteError);

impl From<DbErr> for WebhooksError {
    fn from(error: DbErr) -> Self {
        Self(error.into())
    }
}

/// Tells those who are to be told of events; several processes may do so at once.
#[derive(Clone, Debug)]
pub struct Webhooks {
    parts: CallParts,
    courier: Courier,
    settings: WebhooksConfig,
    /// Wakes those who send when something was queued.
    queued: Arc<Notify>,
}

impl Webhooks {
    /// Sends what is queued in this database, in this way.
    #[must_use]
    pub fn new(parts: CallParts, courier: Courier, settings: WebhooksConfig) -> Self {
        Self {
            parts,
            courier,
            settings,
            queued: Arc::default(),
        }
    }

    /// Queues and sends until it is told to stop, which it heeds between messages: then nothing is left taken.
    pub async fn run(self, stopping: Stopping) {
        tokio::join!(self.keep_queueing(&stopping), self.keep_sending(&stopping));
    }

    /// Queues the next events of the outbox for those who are to be told.
    ///
    /// # Errors
    /// [`WebhooksError`]; nothing is queued then.
    pub async fn fan_out(&self) -> Result<FannedOut, WebhooksError> {
        let written = self
            .call()
            .write(options("webhooksFanOut"), async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(fan_out::fan_out(unit, PAGE).await?))
            })
            .await?;
        let fanned_out = written.value.0;
        if fanned_out.deliveries > 0 {
            self.queued.notify_one();
        }
        Ok(fanned_out)
    }

    /// Sends a batch of what is due to each endpoint; answers how many messages were tried.
    ///
    /// # Errors
    /// [`WebhooksError`].
    pub async fn deliver(&self) -> Result<usize, WebhooksError> {
        let stopping = Stopping::default();
        let due = queue::due(&self.call()).await?;
        let batches = due.into_iter().map(|endpoint| self.send_batch(endpoint, &stopping));
        let tried = futures_util::future::try_join_all(batches).await?;
        Ok(tried.into_iter().map(Option::unwrap_or_default).sum())
    }

    async fn keep_queueing(&self, stopping: &Stopping) {
        let mut hearing = Hearing::begin(&self.parts.database).await;
        let mut soon = SOON;
        let mut passed_over: Option<Instant> = None;
        while !stopping.is_told() {
            let is_recent = passed_over.is_some_and(|at| at.elapsed() < PASSING_OVER);
            // Whoever is not there need not be written for, at every change that somebody makes.
            let is_idle = is_recent && matches!(queue::is_anybody_told(&self.call()).await, Ok(false));
            let looked = if is_idle {
                Ok(FannedOut::default())
            } else {
                passed_over = Some(Instant::now());
                self.fan_out().await
            };
            let pause = match looked {
                Ok(FannedOut { has_more: true, .. }) => continue,
                Ok(FannedOut { holds_back: true, .. }) => {
                    let pause = soon;
                    soon = (soon * 2).min(NOT_SO_SOON);
                    pause
                }
                Ok(_) => {
                    soon = SOON;
                    PAUSE
                }
                Err(error) => {
                    tracing::warn!(%error, "the outbox could not be read for webhooks");
                    PAUSE
                }
            };
            tokio::select! {
                was_heard = hearing.heard_within(pause) => if was_heard {
                    sleep(GATHERING).await;
                },
                () = stopping.told() => return,
            }
        }
    }

    async fn keep_sending(&self, stopping: &Stopping) {
        let mut tasks = JoinSet::new();
        let mut served: HashMap<Id, WebhookEndpointId> = HashMap::new();
        while !stopping.is_told() {
            match queue::due(&self.call()).await {
                Ok(due) => {
                    for endpoint in due {
                        if served.values().any(|known| *known == endpoint) {
                            continue;
                        }
                        let (own, stopping) = (self.clone(), stopping.clone());
                        let task = tasks.spawn(async move { own.serve(endpoint, &stopping).await });
                        served.insert(task.id(), endpoint);
                    }
                }
                Err(error) => tracing::warn!(%error, "the queue of webhooks could not be read"),
            }
            tokio::select! {
                () = self.queued.notified() => {}
                () = sleep(LOOK) => {}
                Some(ended) = tasks.join_next_with_id() => {
                    // A task that broke down is begun anew when there is something to send again.
                    let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
                    served.remove(&id);
                }
                () = stopping.told() => {}
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Sends to one endpoint for as long as something is due.
    async fn serve(&self, endpoint: WebhookEndpointId, stopping: &Stopping) {
        while !stopping.is_told() {
            match self.send_batch(endpoint, stopping).await {
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(%endpoint, %error, "webhooks could not be sent");
                    tokio::select! {
                        () = sleep(AFTER_FAULT) => {}
                        () = stopping.told() => {}
                    }
                    return;
                }
            }
        }
    }

    fn call(&self) -> Arc<Call> {
        let name = "webhooks".to_owned();
        Arc::new(Call::new(self.parts.clone(), Viewer::System, name, None))
    }
}

fn options(mutation: &'static str) -> WriteOptions {
    WriteOptions {
        mutation,
        ..WriteOptions::default()
    }
}
