//! `webhookUpdate`: an endpoint changed, switched off or on again.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::{
    id::WebhookEndpointId,
    webhook_endpoint::{Column, Model},
};
use sea_orm::{ColumnTrait, QueryFilter};

use super::{
    courier::Courier,
    input,
    object::{WebhookEndpoint, WebhookEndpointState},
    service::{self, EndpointChange},
    topics, visibility,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, change, fault, payload},
    work::{Complaints, UnitOfWork, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct WebhookUpdateMutation;

/// Changes of an endpoint: a field that is left out stays as it is, null clears it.
#[derive(Debug, InputObject)]
pub struct WebhookUpdateInput {
    /// The endpoint.
    id: Id<WebhookEndpointId>,
    /// Change only if this is still the version.
    expected_version: Option<i32>,
    /// Where requests go; it cannot be cleared.
    url: Option<String>,
    /// What it is for, at most 1000 characters.
    description: MaybeUndefined<String>,
    /// Which events it is told of from now on, at most 50; they cannot be cleared.
    topics: Option<Vec<String>>,
    /// The query whose answer it is told, at most 20000 characters.
    payload_query: MaybeUndefined<String>,
    /// What the payload query may see: at most what you may do yourself.
    permissions: Option<Vec<String>>,
    /// Whether it is told. What happens while it is disabled is not sent later; see `webhookReplay`.
    state: Option<WebhookEndpointState>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `webhookUpdate` answers.
#[derive(Debug, SimpleObject)]
pub struct WebhookUpdatePayload {
    /// The endpoint as it is now; null when there are user errors.
    webhook_endpoint: Option<WebhookEndpoint>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl WebhookUpdateMutation {
    /// Changes an endpoint. Whoever changes more than its description, or enables it, must be allowed what its payload
    /// query is allowed. Requires `webhooks:write`.
    #[graphql(
        guard = "guard::webhooks_write",
        visible = "guard::shows::webhooks_write",
        tag = "admin",
        requires_scopes = "webhooks:write"
    )]
    async fn webhook_update(
        &self,
        ctx: &Context<'_>,
        input: WebhookUpdateInput,
    ) -> Result<Option<WebhookUpdatePayload>> {
        let call = ctx.call();
        let courier = ctx.data::<Courier>()?;
        let options = ctx.write_options("webhookUpdate", input.idempotency_key, input.dry_run, input.reason)?;
        let (id, mut version) = (input.id.0, input.expected_version);
        let mut complaints = Complaints::default();
        let changed = EndpointChange {
            url: input.url.map(|typed| input::url(&mut complaints, typed, courier)),
            description: complaints.text_change("description", change(input.description), input::DESCRIPTION),
            topics: input.topics.map(|typed| topics::read(&mut complaints, typed)),
            payload_query: change(input.payload_query).and_then(|typed| input::payload_query(&mut complaints, typed)),
            permissions: input
                .permissions
                .map(|typed| input::permissions(&mut complaints, &typed)),
            is_active: input.state.map(|state| state == WebhookEndpointState::Active),
        };
        if complaints.is_empty() && (!changed.payload_query.is_keep() || changed.permissions.is_some()) {
            match checked(ctx, id, changed.clone()).await? {
                // What was looked at must be what is changed.
                Ok(seen) => version = version.or(Some(seen)),
                Err(error) => complaints.add(error),
            }
        }
        let written = match complaints.check(changed) {
            Ok(changed) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::update(unit, id, version, changed.clone()).await
                })
                .await
            }
            Err(errors) => Err(WriteError::from(errors)),
        };
        let (endpoint, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(WebhookUpdatePayload {
            webhook_endpoint: endpoint.map(WebhookEndpoint::from),
            user_errors,
            dry_run,
        }))
    }
}

/// Asks whether the payload query can be asked after the change; answers the version of the endpoint that was looked at.
async fn checked(
    ctx: &Context<'_>,
    id: WebhookEndpointId,
    changed: EndpointChange,
) -> Result<std::result::Result<i32, UserError>> {
    let call = ctx.call();
    let found: Option<Model> = visibility::writable_by(&call.viewer)
        .filter(Column::Id.eq(id))
        .one(call.db())
        .await
        .map_err(|error| fault(call, &error))?;
    let Some(before) = found else {
        return Ok(Err(UserError::not_found("id", "webhook endpoint")));
    };
    let after = changed.applied_to(&before);
    let names = after.permissions.as_array().into_iter().flatten();
    let permissions: Vec<String> = names.filter_map(|name| name.as_str().map(str::to_owned)).collect();
    let courier = ctx.data::<Courier>()?;
    let query = after.payload_query.as_deref();
    let outcome = input::check_query(call, courier, Some(id), query, &permissions).await;
    Ok(outcome.map(|()| before.version))
}
