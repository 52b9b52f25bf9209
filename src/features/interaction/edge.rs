//! The edge by which a customer leads to contacts.

use std::sync::Arc;

use async_graphql::{Context, Result};
use entity::id::CustomerId;

use super::{
    filter::{InteractionWhere, newest_first},
    loader::{InteractionCountOf, InteractionsOf},
    object::Interaction,
};
use crate::graphql::{Connection, ContextExt, ListRequest, PageArguments};

/// A page of contacts.
pub type InteractionConnection = Connection<Interaction>;

/// The contacts with a customer, newest first.
///
/// # Errors
/// `BAD_USER_INPUT` for a filter or page that makes no sense; faults.
pub async fn interactions_of(
    ctx: &Context<'_>,
    customer: CustomerId,
    filter: Option<InteractionWhere>,
    page: PageArguments,
) -> Result<InteractionConnection> {
    let condition = filter.unwrap_or_default().condition()?;
    let request = ListRequest::new(ctx, page, newest_first(), condition)?;
    let key = (customer, Arc::clone(&request));
    let page = ctx.load::<InteractionsOf>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<InteractionCountOf>(key).await?.unwrap_or_default()) })
        }),
    ))
}
