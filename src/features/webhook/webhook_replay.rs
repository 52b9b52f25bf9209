//! `webhookReplay`: what was sent before, or given up, once more.

use async_graphql::{Context, InputObject, Object, OneofObject, Result, SimpleObject};
use entity::id::{WebhookDeliveryId, WebhookEndpointId};

use super::replay::{self, Replay};
use crate::{
    auth::guard,
    graphql::{ContextExt, DateTime, DryRunResult, Id, Problem, payload},
    work::{Complaints, ErrorCode, Plain, UnitOfWork, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct WebhookReplayMutation;

/// What happened in a time.
#[derive(Debug, InputObject)]
pub struct WebhookReplayTime {
    /// From this instant on.
    since: DateTime,
    /// Before this instant; without it until now.
    until: Option<DateTime>,
}

/// What is sent once more.
#[derive(Debug, OneofObject)]
pub enum WebhookReplaySelector {
    /// These deliveries, at most 1000.
    DeliveryIds(Vec<Id<WebhookDeliveryId>>),
    /// Everything that was given up and has not been sent once more since. It must be true.
    Dead(bool),
    /// What happened in this time, sent before or not, as far as the events are still kept.
    Time(WebhookReplayTime),
}

/// What is sent once more, and to whom.
#[derive(Debug, InputObject)]
pub struct WebhookReplayInput {
    /// The endpoint.
    id: Id<WebhookEndpointId>,
    /// What is sent.
    replay: WebhookReplaySelector,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Repeating the request with the same key sends nothing twice.
    idempotency_key: Option<String>,
}

/// What `webhookReplay` answers.
#[derive(Debug, SimpleObject)]
pub struct WebhookReplayPayload {
    /// How many deliveries were queued; null when there are user errors.
    queued_count: Option<i64>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl WebhookReplayMutation {
    /// Sends to an endpoint once more, with the same `webhook-id` as before, at most 10000 deliveries at once. What still
    /// waits to be sent is not sent twice. Requires `webhooks:write`.
    #[graphql(
        guard = "guard::webhooks_write",
        visible = "guard::shows::webhooks_write",
        tag = "admin",
        requires_scopes = "webhooks:write"
    )]
    async fn webhook_replay(
        &self,
        ctx: &Context<'_>,
        input: WebhookReplayInput,
    ) -> Result<Option<WebhookReplayPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("webhookReplay", input.idempotency_key, input.dry_run, input.reason)?;
        let id = input.id.0;
        let mut complaints = Complaints::default();
        let what = match input.replay {
            WebhookReplaySelector::DeliveryIds(ids) => Replay::Deliveries(ids.into_iter().map(|id| id.0).collect()),
            WebhookReplaySelector::Dead(is_true) => {
                if !is_true {
                    let message = "This must be true. Name something else to send once more.";
                    complaints.add(UserError::new(ErrorCode::Invalid, "replay.dead", message));
                }
                Replay::Dead
            }
            WebhookReplaySelector::Time(time) => Replay::Since(time.since.0, time.until.map(|until| until.0)),
        };
        let written = match complaints.check(what) {
            Ok(what) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let count = replay::replay(unit, id, what.clone()).await?;
                    Ok::<_, WriteError>(Plain(i64::try_from(count).unwrap_or(i64::MAX)))
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (count, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(WebhookReplayPayload {
            queued_count: count.map(|Plain(count)| count),
            user_errors,
            dry_run,
        }))
    }
}
