//! What the schema shows of endpoints and deliveries.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use entity::{
    id::{WebhookEndpointId, format},
    webhook_delivery, webhook_endpoint,
};

use super::{
    loader::{DeliveriesOfEndpoint, DeliveryCountOfEndpoint, WebhookEndpointById},
    query::{WebhookDeliveryConnection, WebhookDeliveryWhere, newest_first},
    topics,
};
use crate::{
    auth::{Permission, Permissions, guard},
    features::staff::{StaffUser, StaffUserById},
    graphql::{Connection, ContextExt, DateTime, KeyValue, ListNode, ListRequest, Listed, PageArguments, apart},
};

/// Whether an endpoint is told of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::webhook_endpoint::State")]
pub enum WebhookEndpointState {
    /// It is told.
    Active,
    /// It is not; what has waited for it waits on.
    Disabled,
}

/// Why an endpoint is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::webhook_endpoint::Reason")]
pub enum WebhookDisabledReason {
    /// Somebody has switched it off.
    SwitchedOff,
    /// It has answered that it is gone for good (410).
    Gone,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::webhook_delivery::State")]
pub enum WebhookDeliveryState {
    /// It waits to be sent, or to be tried again.
    Pending,
    /// The endpoint took it.
    Delivered,
    /// It was given up, and is sent no more unless somebody asks for it with `webhookReplay`.
    Dead,
}

/// Somebody who is told of events.
#[derive(Clone, Debug)]
pub struct WebhookEndpoint(pub Arc<webhook_endpoint::Model>);

impl From<webhook_endpoint::Model> for WebhookEndpoint {
    fn from(row: webhook_endpoint::Model) -> Self {
        Self(Arc::new(row))
    }
}

impl ListNode for WebhookEndpoint {
    type Column = webhook_endpoint::Column;
    type Row = Arc<webhook_endpoint::Model>;

    fn show(row: &Self::Row) -> Self {
        Self(Arc::clone(row))
    }
}

impl Listed<webhook_endpoint::Column> for Arc<webhook_endpoint::Model> {
    fn sort_value(&self, column: webhook_endpoint::Column) -> KeyValue {
        match column {
            webhook_endpoint::Column::CreatedAt => self.created_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}

fn shows_endpoints(ctx: &Context<'_>) -> bool {
    guard::shows::webhooks_read(ctx) || guard::shows::webhooks_write(ctx)
}

/// Somebody who is told of events by requests that are signed as Standard Webhooks wants it. For staff alone: every way
/// to it requires `webhooks:read`, or `webhooks:write` where it is the answer of a mutation.
#[Object(visible = "shows_endpoints", tag = "admin")]
impl WebhookEndpoint {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Where requests go.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// What it is for.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Which events it is told of: topics such as `customer.updated`, `customer.*` for all that begin so, `*` for all.
    async fn topics(&self) -> Vec<&str> {
        topics::of(&self.0).collect()
    }

    /// The query whose answer it is told; null when it is told ids, version and changed fields.
    async fn payload_query(&self) -> Option<&str> {
        self.0.payload_query.as_deref()
    }

    /// What the payload query may see, as `resource:action`.
    async fn permissions(&self) -> Vec<&'static str> {
        let permissions = Permissions::stored(&self.0.permissions);
        permissions.iter().map(Permission::as_str).collect()
    }

    /// How the secret begins, for people to recognize it by.
    async fn secret_hint(&self) -> &str {
        &self.0.secret_hint
    }

    /// Until when the secret before the last rotation signs too.
    async fn previous_secret_expires_at(&self) -> Option<DateTime> {
        self.0.previous_expires_at.map(DateTime)
    }

    /// Whether it is told.
    async fn state(&self) -> WebhookEndpointState {
        self.0.state.into()
    }

    /// Why it is not.
    async fn disabled_reason(&self) -> Option<WebhookDisabledReason> {
        self.0.disabled_because.map(WebhookDisabledReason::from)
    }

    /// Until when nothing is sent, because it has asked for a pause (`Retry-After`).
    async fn paused_until(&self) -> Option<DateTime> {
        self.0.paused_until.map(DateTime)
    }

    /// The staff user who made it, where the viewer may see them.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<StaffUser>> {
        match self.0.created_by {
            Some(user) => Ok(ctx.load::<StaffUserById>(user).await?.map(StaffUser)),
            None => Ok(None),
        }
    }

    /// What was sent to it and what waits, newest first. Deliveries that were taken are kept for 7 days, those that were
    /// given up for 30. Requires `webhooks:read`.
    #[graphql(
        guard = "guard::webhooks_read",
        visible = "guard::shows::webhooks_read",
        tag = "admin",
        requires_scopes = "webhooks:read"
    )]
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<WebhookDeliveryWhere>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<WebhookDeliveryConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        apart(deliveries_of(ctx, self.0.id, filter.unwrap_or_default(), page))
            .await
            .map(Some)
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

async fn deliveries_of(
    ctx: &Context<'_>,
    endpoint: WebhookEndpointId,
    filter: WebhookDeliveryWhere,
    page: PageArguments,
) -> Result<WebhookDeliveryConnection> {
    let request = ListRequest::new(ctx, page, newest_first(), filter.condition())?;
    let key = (endpoint, Arc::clone(&request));
    let page = ctx.load::<DeliveriesOfEndpoint>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<DeliveryCountOfEndpoint>(key).await?.unwrap_or_default()) })
        }),
    ))
}

/// That an endpoint is told of one event, and what became of it.
#[derive(Clone, Debug)]
pub struct WebhookDelivery(pub Arc<webhook_delivery::Model>);

impl ListNode for WebhookDelivery {
    type Column = webhook_delivery::Column;
    type Row = Arc<webhook_delivery::Model>;

    fn show(row: &Self::Row) -> Self {
        Self(Arc::clone(row))
    }
}

impl Listed<webhook_delivery::Column> for Arc<webhook_delivery::Model> {
    fn sort_value(&self, _: webhook_delivery::Column) -> KeyValue {
        KeyValue::Integer(self.number)
    }
}

/// That an endpoint is told of one event, and what became of it. Every way to it requires `webhooks:read`.
#[Object(visible = "guard::shows::webhooks_read", tag = "admin")]
impl WebhookDelivery {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Who is told.
    async fn endpoint(&self, ctx: &Context<'_>) -> Result<Option<WebhookEndpoint>> {
        let endpoint = ctx.load::<WebhookEndpointById>(self.0.endpoint_id).await?;
        Ok(endpoint.map(WebhookEndpoint))
    }

    /// The id of the event, which is sent as `webhook-id`: it is the same for every attempt and every repetition.
    async fn event_id(&self) -> ID {
        self.0.event_id.to_string().into()
    }

    /// What happened, such as `customer.updated`.
    async fn topic(&self) -> &str {
        &self.0.topic
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// To whose history the event belongs: a customer, an organization, or the object itself. What belongs to the same
    /// history is sent in its order.
    async fn subject_id(&self) -> ID {
        format(&self.0.subject_prefix, self.0.subject_id).into()
    }

    /// The id of the changed object.
    async fn object_id(&self) -> ID {
        self.0.object_id.clone().into()
    }

    /// The version of the object after the change.
    async fn object_version(&self) -> i32 {
        self.0.object_version
    }

    /// Which repetition it is that somebody has asked for with `webhookReplay`; 0 for the first time.
    async fn replay(&self) -> i32 {
        self.0.replay
    }

    /// What became of it.
    async fn state(&self) -> WebhookDeliveryState {
        self.0.state.into()
    }

    /// How often it was tried.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// The status that the endpoint answered to the last attempt; null when there was no answer.
    async fn last_status(&self) -> Option<i32> {
        self.0.last_status
    }

    /// Why the last attempt failed.
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }

    /// When it is tried again, after an attempt that failed.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        self.0.next_attempt_at.map(DateTime)
    }

    /// When it was queued.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the endpoint took it, or it was given up.
    async fn settled_at(&self) -> Option<DateTime> {
        self.0.settled_at.map(DateTime)
    }
}
