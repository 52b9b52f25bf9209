//! Queries about roles and permissions.

use async_graphql::{Context, Object, Result};
use entity::{id::RoleId, role::Column};
use sea_orm::Condition;

use super::{loader::RoleById, object::Role, visibility::visible_to};
use crate::{
    auth::{Permission, guard},
    graphql::{Connection, ContextExt, Direction, Id, PageArguments, SortKey, root_list},
};

/// Queries about roles and permissions.
#[derive(Debug, Default)]
pub struct RoleQuery;

/// A page of roles.
pub type RoleConnection = Connection<Role>;

#[Object]
impl RoleQuery {
    /// One role. Requires `staff:read`.
    #[graphql(
        guard = "guard::staff_read",
        visible = "guard::shows::staff_read",
        tag = "admin",
        requires_scopes = "staff:read"
    )]
    async fn role(&self, ctx: &Context<'_>, #[graphql(desc = "The id.")] id: Id<RoleId>) -> Result<Option<Role>> {
        Ok(ctx.load::<RoleById>(id.0).await?.map(Role))
    }

    /// The roles, by name. Requires `staff:read`.
    #[graphql(
        guard = "guard::staff_read",
        visible = "guard::shows::staff_read",
        tag = "admin",
        requires_scopes = "staff:read"
    )]
    async fn roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<RoleConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let keys = [Column::NameFolded, Column::Id]
            .map(|column| SortKey {
                column,
                direction: Direction::Asc,
            })
            .into();
        root_list(ctx, page, keys, Condition::all(), visible_to).await.map(Some)
    }

    /// Every permission there is, as `resource:action`. Requires `staff:read`.
    #[graphql(
        guard = "guard::staff_read",
        visible = "guard::shows::staff_read",
        tag = "admin",
        requires_scopes = "staff:read"
    )]
    async fn permissions(&self) -> Option<Vec<&'static str>> {
        Some(Permission::ALL.iter().copied().map(Permission::as_str).collect())
    }
}
