//! Lists that begin at the root of the schema.

use std::sync::Arc;

use async_graphql::{Context, Result};
use sea_orm::{Condition, EntityTrait, PaginatorTrait, QueryFilter, Select};

use super::{Connection, ContextExt, ListNode, ListRequest, PageArguments, SortKey, fault};
use crate::auth::Viewer;

/// A page of everything that the viewer may see of a kind, in one statement, and the count of it when asked, in another.
///
/// `keys` end with a unique one; an index serves them.
///
/// # Errors
/// `BAD_USER_INPUT` for page arguments that make no sense, and faults.
pub async fn root_list<N, E>(
    ctx: &Context<'_>,
    page: PageArguments,
    keys: Vec<SortKey<E::Column>>,
    condition: Condition,
    visible_to: fn(&Viewer) -> Select<E>,
) -> Result<Connection<N>>
where
    E: EntityTrait,
    E::Model: Send + Sync,
    N: ListNode<Column = E::Column, Row = Arc<E::Model>>,
{
    let call = ctx.call();
    let request = ListRequest::new(ctx, page, keys, condition)?;
    let rows = request
        .apply(visible_to(&call.viewer))
        .all(call.db())
        .await
        .map_err(|error| fault(call, &error))?
        .into_iter()
        .map(Arc::new)
        .collect();
    let page = request.cut(rows);
    let counted = Arc::clone(&request);
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let select = visible_to(&ctx.call().viewer).filter(counted.condition.clone());
            Box::pin(async move {
                let call = ctx.call();
                let count = select.count(call.db()).await.map_err(|error| fault(call, &error))?;
                Ok(i64::try_from(count).unwrap_or(i64::MAX))
            })
        }),
    ))
}
