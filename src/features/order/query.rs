//! Queries about orders.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::{id::OrderLinkId, order_link::Column};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};

use super::{
    filter::{OrderLinkSort, OrderLinkWhere, sort_keys},
    loader::OrderLinkById,
    object::OrderLink,
    visibility::visible_to,
};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, Id, ListRequest, PageArguments, bad_input, fault},
    text::is_clean,
};

/// Queries about orders.
#[derive(Debug, Default)]
pub struct OrderLinkQuery;

/// A page of order links.
pub type OrderLinkConnection = Connection<OrderLink>;

#[Object]
impl OrderLinkQuery {
    /// One order link, by its id, or by the source and the id of the order there: give either. A customer sees their
    /// own; others require `orders:read`.
    #[graphql(
        guard = "guard::store_or_orders_read",
        visible = "guard::shows::store_or_orders_read"
    )]
    async fn order_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: Option<Id<OrderLinkId>>,
        #[graphql(desc = "The service that owns the order.")] source: Option<String>,
        #[graphql(desc = "The id of the order in its source.")] order_id: Option<ID>,
    ) -> Result<Option<OrderLink>> {
        match (id, source, order_id) {
            (Some(id), None, None) => Ok(ctx.load::<OrderLinkById>(id.0).await?.map(OrderLink)),
            (None, Some(source), Some(order)) if is_clean(&source, false) && is_clean(&order, false) => {
                let call = ctx.call();
                let row = visible_to(&call.viewer)
                    .filter(Column::Source.eq(source))
                    .filter(Column::OrderId.eq(order.0))
                    .one(call.db())
                    .await
                    .map_err(|error| fault(call, &error))?;
                Ok(row.map(OrderLink::from))
            }
            (None, Some(_), Some(_)) => Ok(None),
            _ => Err(bad_input("Give either id, or source and orderId.", None)),
        }
    }

    /// The order links, those placed last first unless sorted otherwise. Requires `orders:read`.
    #[graphql(
        guard = "guard::orders_read",
        visible = "guard::shows::orders_read",
        tag = "admin",
        requires_scopes = "orders:read"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn order_links(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<OrderLinkWhere>,
        #[graphql(desc = "The order; by default those placed last first.")] sort: Option<Vec<OrderLinkSort>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<OrderLinkConnection>> {
        let call = ctx.call();
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let condition = filter.unwrap_or_default().condition(call)?;
        let request = ListRequest::new(ctx, page, sort_keys(sort), condition)?;
        let rows = call
            .db()
            .rows(request.apply(visible_to(&call.viewer)))
            .await
            .map_err(|error| fault(call, &error))?
            .into_iter()
            .map(Arc::new)
            .collect();
        let page = request.cut(rows);
        let counted = Arc::clone(&request);
        Ok(Some(Connection::new(
            request,
            page,
            Box::new(move |ctx| {
                let select = visible_to(&ctx.call().viewer).filter(counted.condition.clone());
                Box::pin(async move {
                    let count = select
                        .count(ctx.call().db())
                        .await
                        .map_err(|error| fault(ctx.call(), &error))?;
                    Ok(i64::try_from(count).unwrap_or(i64::MAX))
                })
            }),
        )))
    }
}
