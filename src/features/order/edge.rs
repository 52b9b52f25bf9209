//! The edges by which other rooms' objects lead to order links.

use std::sync::Arc;

use async_graphql::{Context, Result};
use entity::id::CustomerId;

use super::{
    filter::{OrderLinkWhere, newest_first},
    loader::{OrderCountOfCustomer, OrdersOfCustomer},
    query::OrderLinkConnection,
};
use crate::graphql::{Connection, ContextExt, ListRequest, PageArguments};

/// The orders of a customer, newest first.
///
/// # Errors
/// `BAD_USER_INPUT` for a filter or page that makes no sense; faults.
pub async fn orders_of_customer(
    ctx: &Context<'_>,
    customer: CustomerId,
    filter: Option<OrderLinkWhere>,
    page: PageArguments,
) -> Result<OrderLinkConnection> {
    let condition = filter.unwrap_or_default().condition(ctx.call())?;
    let request = ListRequest::new(ctx, page, newest_first(), condition)?;
    let key = (customer, Arc::clone(&request));
    let page = ctx.load::<OrdersOfCustomer>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<OrderCountOfCustomer>(key).await?.unwrap_or_default()) })
        }),
    ))
}
