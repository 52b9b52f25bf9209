//! The edge by which customers and orders lead to activities.

use std::sync::Arc;

use async_graphql::{Context, Result};

use super::{
    filter::{OrderActivityWhere, sort_keys},
    loader::{Active, ActivitiesOf, ActivityCountOf},
    query::OrderActivityConnection,
};
use crate::graphql::{Connection, ContextExt, ListRequest, PageArguments};

/// The activities of a customer or an order, newest first.
///
/// # Errors
/// `BAD_USER_INPUT` for a filter or page that makes no sense; faults.
pub async fn activities_of<O: Active>(
    ctx: &Context<'_>,
    owner: O,
    filter: Option<OrderActivityWhere>,
    page: PageArguments,
) -> Result<OrderActivityConnection> {
    let condition = filter.unwrap_or_default().condition()?;
    let request = ListRequest::new(ctx, page, sort_keys(None), condition)?;
    let key = (owner, Arc::clone(&request));
    let page = ctx.load::<ActivitiesOf<O>>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<ActivityCountOf<O>>(key).await?.unwrap_or_default()) })
        }),
    ))
}
