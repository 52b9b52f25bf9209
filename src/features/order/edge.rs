//! The edges by which other rooms' objects lead to order links.

use std::sync::Arc;

use async_graphql::{Context, Result};

use super::{
    filter::{OrderLinkWhere, newest_first},
    loader::{Buyer, OrderCountOf, OrdersOf},
    object::OrderLink,
    query::OrderLinkConnection,
};
use crate::graphql::{
    Connection, ContextExt, ListRequest, PageArguments,
    direct::{Written, write_pages},
};

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

/// Writes the orders of each of these customers or organizations, newest first.
///
/// # Errors
/// As for [`orders_of`].
pub async fn write_orders_of<B: Buyer>(
    ctx: &Context<'_>,
    buyers: impl Iterator<Item = B> + Send,
    page: PageArguments,
) -> Written {
    let condition = OrderLinkWhere::default().condition(ctx.call())?;
    let request = ListRequest::new(ctx, page, newest_first(), condition)?;
    write_pages::<OrdersOf<B>, OrderLink, _, _, _>(ctx, request, buyers, |row| row).await
}
