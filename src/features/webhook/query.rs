//! Queries about webhooks.

use async_graphql::{Context, InputObject, Object, Result};
use entity::{
    id::{WebhookDeliveryId, WebhookEndpointId},
    webhook_delivery, webhook_endpoint,
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    loader::{WebhookDeliveryById, WebhookEndpointById},
    object::{WebhookDelivery, WebhookDeliveryState, WebhookEndpoint},
    visibility::{deliveries_visible_to, visible_to},
};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, Direction, Id, PageArguments, SortKey, root_list},
};

/// Queries about webhooks.
#[derive(Debug, Default)]
pub struct WebhookQuery;

/// A page of endpoints.
pub type WebhookEndpointConnection = Connection<WebhookEndpoint>;

/// A page of deliveries.
pub type WebhookDeliveryConnection = Connection<WebhookDelivery>;

/// Which deliveries; what is left out does not matter.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WebhookDeliveryWhere {
    /// In this state.
    state: Option<WebhookDeliveryState>,
}

impl WebhookDeliveryWhere {
    pub(super) fn condition(&self) -> Condition {
        let state = self.state.map(webhook_delivery::State::from);
        Condition::all().add_option(state.map(|state| webhook_delivery::Column::State.eq(state)))
    }
}

/// The order of deliveries.
pub(super) fn newest_first() -> Vec<SortKey<webhook_delivery::Column>> {
    vec![SortKey {
        column: webhook_delivery::Column::Number,
        direction: Direction::Desc,
    }]
}

#[Object]
impl WebhookQuery {
    /// An endpoint that is told of events. Requires `webhooks:read`.
    #[graphql(
        guard = "guard::webhooks_read",
        visible = "guard::shows::webhooks_read",
        tag = "admin",
        requires_scopes = "webhooks:read"
    )]
    async fn webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: Id<WebhookEndpointId>,
    ) -> Result<Option<WebhookEndpoint>> {
        Ok(ctx.load::<WebhookEndpointById>(id.0).await?.map(WebhookEndpoint))
    }

    /// The endpoints that are told of events, newest first. Requires `webhooks:read`.
    #[graphql(
        guard = "guard::webhooks_read",
        visible = "guard::shows::webhooks_read",
        tag = "admin",
        requires_scopes = "webhooks:read"
    )]
    async fn webhook_endpoints(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<WebhookEndpointConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let keys = [webhook_endpoint::Column::CreatedAt, webhook_endpoint::Column::Id]
            .map(|column| SortKey {
                column,
                direction: Direction::Desc,
            })
            .into();
        root_list(ctx, page, keys, Condition::all(), visible_to).await.map(Some)
    }

    /// A delivery. Requires `webhooks:read`.
    #[graphql(
        guard = "guard::webhooks_read",
        visible = "guard::shows::webhooks_read",
        tag = "admin",
        requires_scopes = "webhooks:read"
    )]
    async fn webhook_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: Id<WebhookDeliveryId>,
    ) -> Result<Option<WebhookDelivery>> {
        Ok(ctx.load::<WebhookDeliveryById>(id.0).await?.map(WebhookDelivery))
    }

    /// The deliveries to all endpoints, newest first. Requires `webhooks:read`.
    #[graphql(
        guard = "guard::webhooks_read",
        visible = "guard::shows::webhooks_read",
        tag = "admin",
        requires_scopes = "webhooks:read"
    )]
    async fn webhook_deliveries(
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
        let condition = filter.unwrap_or_default().condition();
        root_list(ctx, page, newest_first(), condition, deliveries_visible_to)
            .await
            .map(Some)
    }
}
