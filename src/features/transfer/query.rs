//! Queries about transfers.

use async_graphql::{Context, Object, Result};
use secrecy::ExposeSecret;

use super::{
    edge::{OrderTransferConnection, newest_first},
    filter::OrderTransferWhere,
    offer::OrderTransferOffer,
    visibility::visible_to,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, PageArguments, Secret, fault, root_list},
};

/// Queries about transfers.
#[derive(Debug, Default)]
pub struct OrderTransferQuery;

#[Object]
impl OrderTransferQuery {
    /// What the owner of an order is asked in a mail; null when the link is not good, or not any more. It takes no
    /// log-in.
    async fn order_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token in the link.")] token: Secret,
    ) -> Result<Option<OrderTransferOffer>> {
        let call = ctx.call();
        OrderTransferOffer::behind(call, token.0.expose_secret())
            .await
            .map_err(|error| fault(call, &error))
    }

    /// The transfers of orders, those asked for last first. Requires `orders:read`.
    #[graphql(
        guard = "guard::orders_read",
        visible = "guard::shows::orders_read",
        tag = "admin",
        requires_scopes = "orders:read"
    )]
    async fn order_transfers(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<OrderTransferWhere>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrderTransferConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let condition = filter.unwrap_or_default().condition(ctx.call())?;
        root_list(ctx, page, newest_first(), condition, visible_to)
            .await
            .map(Some)
    }
}
