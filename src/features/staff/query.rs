//! Queries about staff users.

use async_graphql::{Context, Object, Result};
use entity::{id::StaffUserId, staff_user::Column};
use sea_orm::Condition;

use super::{loader::StaffUserById, object::StaffUser, visibility::visible_to};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, Direction, Id, PageArguments, SortKey, root_list},
};

/// Queries about staff users.
#[derive(Debug, Default)]
pub struct StaffUserQuery;

/// A page of staff users.
pub type StaffUserConnection = Connection<StaffUser>;

#[Object]
impl StaffUserQuery {
    /// One staff user. Requires `staff:read`.
    #[graphql(
        guard = "guard::staff_read",
        visible = "guard::shows::staff_read",
        tag = "admin",
        requires_scopes = "staff:read"
    )]
    async fn staff_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: Id<StaffUserId>,
    ) -> Result<Option<StaffUser>> {
        Ok(ctx.load::<StaffUserById>(id.0).await?.map(StaffUser))
    }

    /// The staff users, newest first. Requires `staff:read`.
    #[graphql(
        guard = "guard::staff_read",
        visible = "guard::shows::staff_read",
        tag = "admin",
        requires_scopes = "staff:read"
    )]
    async fn staff_users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<StaffUserConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let keys = [Column::CreatedAt, Column::Id]
            .map(|column| SortKey {
                column,
                direction: Direction::Desc,
            })
            .into();
        root_list(ctx, page, keys, Condition::all(), visible_to).await.map(Some)
    }
}
