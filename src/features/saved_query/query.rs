//! Queries about saved queries.

use async_graphql::{Context, Object, Result};
use entity::{id::SavedQueryId, saved_query::Column};
use sea_orm::Condition;

use super::{
    loader::SavedQueryById,
    object::{SavedQuery, SavedQueryAudience},
    sharing,
    visibility::visible_to,
};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, Direction, Id, PageArguments, SortKey, fault, root_list},
};

/// Queries about saved queries.
#[derive(Debug, Default)]
pub struct SavedQueryQuery;

/// A page of saved queries.
pub type SavedQueryConnection = Connection<SavedQuery>;

#[Object]
impl SavedQueryQuery {
    /// One saved query. For staff users who have logged in.
    #[graphql(guard = "guard::staff_user", visible = "guard::shows::staff_user", tag = "admin")]
    async fn saved_query(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: Id<SavedQueryId>,
    ) -> Result<Option<SavedQuery>> {
        Ok(ctx.load::<SavedQueryById>(id.0).await?.map(SavedQuery))
    }

    /// The saved queries that are the viewer's own or shared with a role that they have, by name. For staff users who
    /// have logged in.
    #[graphql(guard = "guard::staff_user", visible = "guard::shows::staff_user", tag = "admin")]
    async fn saved_queries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<SavedQueryConnection>> {
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

    /// The roles with which the viewer may share saved queries, by name: those that they have, with those from which
    /// these inherit, and every role for whoever may see roles. For staff users who have logged in.
    #[graphql(guard = "guard::staff_user", visible = "guard::shows::staff_user", tag = "admin")]
    async fn saved_query_audiences(&self, ctx: &Context<'_>) -> Result<Option<Vec<SavedQueryAudience>>> {
        let call = ctx.call();
        let roles = sharing::audiences(call).await.map_err(|error| fault(call, &error))?;
        Ok(Some(roles.iter().map(SavedQueryAudience::from).collect()))
    }
}
