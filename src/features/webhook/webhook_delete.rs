//! `webhookDelete`: somebody who is told of nothing any more.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::WebhookEndpointId;

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Plain, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct WebhookDeleteMutation;

/// The endpoint to forget.
#[derive(Debug, InputObject)]
pub struct WebhookDeleteInput {
    /// The endpoint.
    id: Id<WebhookEndpointId>,
    /// Delete only if this is still the version.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// What `webhookDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct WebhookDeletePayload {
    /// The endpoint that is gone; null when there are user errors.
    deleted_webhook_endpoint_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl WebhookDeleteMutation {
    /// Forgets an endpoint, with all that waits for it and what is known of what was sent. Requires `webhooks:write`.
    #[graphql(
        guard = "guard::webhooks_write",
        visible = "guard::shows::webhooks_write",
        tag = "admin",
        requires_scopes = "webhooks:write"
    )]
    async fn webhook_delete(
        &self,
        ctx: &Context<'_>,
        input: WebhookDeleteInput,
    ) -> Result<Option<WebhookDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("webhookDelete", input.idempotency_key, input.dry_run, input.reason)?;
        let (id, version) = (input.id.0, input.expected_version);
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Plain(service::delete(unit, id, version).await?))
            })
            .await;
        let (deleted, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(WebhookDeletePayload {
            deleted_webhook_endpoint_id: deleted.map(|Plain(id)| id.to_string().into()),
            user_errors,
            dry_run,
        }))
    }
}
