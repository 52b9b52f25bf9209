//! The edges by which other rooms' objects lead to order links.

use std::sync::Arc;

use async_graphql::{Context, Result};

use super::{
    filter::{OrderLinkWhere, newest_first},
    loader::{Buyer, OrderCountOf, OrdersOf},
    query::OrderLinkConnection,
};
use crate::graphql::{Connection, ContextExt, ListRequest, PageArguments};

/// The orders of a customer or an organization, newest first.
///
/// # Errors
/// `BAD_USER_INPUT` for a filter or page that makes no sense; faults.
pub async fn orders_of<B: Buyer>(
    ctx: &Context<'_>,
    buyer: B,
    filter: Option<OrderLinkWhere>,
    page: PageArguments,
) -> Result<OrderLinkConnection> {
    let condition = filter.unwrap_or_default().condition(ctx.call())?;
    let request = ListRequest::new(ctx, page, newest_first(), condition)?;
    let key = (buyer, Arc::clone(&request));
    let page = ctx.load::<OrdersOf<B>>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<OrderCountOf<B>>(key).await?.unwrap_or_default()) })
        }),
    ))
}
