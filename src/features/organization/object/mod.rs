//! What the schema shows of organizations.

mod member;
mod organization;
mod role;
mod unit;

use std::sync::Arc;

use async_graphql::{Context, Result};
use entity::id::PrefixedId;
use sea_orm::Condition;

pub use member::{OrganizationMember, OrganizationMemberConnection, memberships_of_customer};
pub use organization::{Organization, OrganizationConnection};
pub use role::OrganizationRole;
pub use unit::{OrganizationUnit, OrganizationUnitConnection};

use crate::graphql::{Batch, Connection, ContextExt, ListNode, ListRequest, Page, PageArguments, SortKey};

/// A list that belongs to a parent, read together with the lists of its siblings.
async fn list_of<N, I, Pages, Counts>(
    ctx: &Context<'_>,
    parent: I,
    page: PageArguments,
    keys: Vec<SortKey<N::Column>>,
    condition: Condition,
) -> Result<Connection<N>>
where
    N: ListNode,
    I: PrefixedId,
    Pages: Batch<Key = (I, Arc<ListRequest<N::Column>>), Value = Page<N::Row>>,
    Counts: Batch<Key = (I, Arc<ListRequest<N::Column>>), Value = i64>,
{
    let request = ListRequest::new(ctx, page, keys, condition)?;
    let key = (parent, Arc::clone(&request));
    let page = ctx.load::<Pages>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<Counts>(key).await?.unwrap_or_default()) })
        }),
    ))
}
