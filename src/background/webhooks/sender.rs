//! Sends a batch of what is due to one endpoint.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use entity::{id::WebhookEndpointId, webhook_delivery::Model};
use futures_util::{StreamExt, stream};

use super::{Webhooks, WebhooksError, options};
use crate::{
    background::Stopping,
    features::webhook::{
        courier::{self, Failure, Message},
        queue::{self, Claimed, Lane},
        settle::{self, Sent},
    },
    work::{Once, UnitOfWork, WriteError},
};

/// How much sooner than others may take it over nothing more of a batch is sent.
const SLACK: Duration = Duration::from_millis(200);

/// How often it is tried to get the answer to a payload query that fails on our side; then what there is is sent.
const QUERY_ATTEMPTS: i32 = 3;

/// A batch that is being sent.
struct Batch<'a> {
    claimed: &'a Claimed,
    secrets: Option<Vec<Vec<u8>>>,
    /// When a request may be begun at last.
    deadline: Instant,
    /// Whether the endpoint has said that it wants no more for now.
    is_over: AtomicBool,
    stopping: &'a Stopping,
}

impl Batch<'_> {
    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed) && !self.stopping.is_told() && Instant::now() < self.deadline
    }
}

/// What came of one attempt.
enum Attempt {
    Delivered(u16),
    Failed(Failure),
    /// There was no time for it: it counts for nothing.
    NotMade,
}

impl Webhooks {
    /// Takes what is due for an endpoint, sends it, and notes what became of it; answers how many messages were tried.
    /// `None` when nothing is due.
    pub(super) async fn send_batch(
        &self,
        endpoint: WebhookEndpointId,
        stopping: &Stopping,
    ) -> Result<Option<usize>, WebhooksError> {
        // Before the database notes it: what is measured here is over sooner.
        let taken_at = Instant::now();
        let lease = TimeDelta::from_std(self.settings.lease).unwrap_or(TimeDelta::MAX);
        let claimed = self
            .call()
            .write(options("webhooksClaim"), async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(queue::claim(unit, endpoint, lease).await?))
            })
            .await?
            .value
            .0;
        let Some(claimed) = claimed else { return Ok(None) };
        let deadline = taken_at + self.settings.lease - self.settings.timeout - SLACK;
        let batch = Batch {
            secrets: courier::secrets(&self.parts, &claimed.endpoint, self.parts.clock.now()).ok(),
            claimed: &claimed,
            deadline,
            is_over: AtomicBool::new(false),
            stopping,
        };
        let lanes: Vec<_> = claimed.lanes.iter().map(|lane| self.send_lane(&batch, lane)).collect();
        let sent: Vec<Sent> = stream::iter(lanes)
            .buffer_unordered(self.settings.concurrency)
            .collect()
            .await;
        let tried = sent
            .iter()
            .map(|sent| sent.delivered.len() + usize::from(sent.failed.is_some()))
            .sum();
        self.note(claimed, sent).await?;
        Ok(Some(tried))
    }

    async fn note(&self, claimed: Claimed, sent: Vec<Sent>) -> Result<(), WebhooksError> {
        let noted = Arc::new((claimed, sent));
        let dead: Vec<Model> = self
            .call()
            .write(options("webhooksSettle"), async move |unit: &mut UnitOfWork| {
                let (claimed, sent) = &*noted;
                Ok::<_, WriteError>(Once(settle::settle(unit, claimed, sent).await?))
            })
            .await?
            .value
            .0;
        for row in dead {
            let (endpoint, topic) = (row.endpoint_id, &row.topic);
            tracing::warn!(delivery = %row.id, %endpoint, topic, "a webhook was given up");
        }
        Ok(())
    }

    /// Sends what is in a lane, one after the other, until one is not taken.
    async fn send_lane(&self, batch: &Batch<'_>, lane: &Lane) -> Sent {
        let mut sent = Sent {
            subject: lane.subject,
            delivered: Vec::new(),
            failed: None,
        };
        for row in &lane.deliveries {
            match self.attempt(batch, row).await {
                Attempt::Delivered(status) => sent.delivered.push((row.number, status)),
                Attempt::NotMade => break,
                Attempt::Failed(failure) => {
                    if failure.is_gone || failure.pause.is_some() {
                        batch.is_over.store(true, Ordering::Relaxed);
                    }
                    sent.failed = Some((row.clone(), failure));
                    break;
                }
            }
        }
        sent
    }

    async fn attempt(&self, batch: &Batch<'_>, row: &Model) -> Attempt {
        if !batch.goes_on() {
            return Attempt::NotMade;
        }
        let Some(secrets) = &batch.secrets else {
            return Attempt::Failed(Failure::because("the secret cannot be read with the configured key"));
        };
        let endpoint = &batch.claimed.endpoint;
        let message = Message::from(row);
        let composed = self.courier.compose(&self.parts, endpoint, &message).await;
        if composed.is_fault && row.attempts < QUERY_ATTEMPTS {
            return Attempt::Failed(Failure::because("the payload query could not be answered"));
        }
        // It may have taken a while.
        if !batch.goes_on() {
            return Attempt::NotMade;
        }
        let now = self.parts.clock.now();
        match self
            .courier
            .post(endpoint, secrets, now, message.event, composed.body)
            .await
        {
            Ok(status) => Attempt::Delivered(status),
            Err(failure) => Attempt::Failed(failure),
        }
    }
}
