//! Queries about workflows.

use async_graphql::{Context, Object, Result};
use entity::{id::WorkflowId, workflow::Column};
use sea_orm::Condition;

use super::{loader::WorkflowById, object::Workflow, visibility::visible_to};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, Direction, Id, PageArguments, SortKey, root_list},
};

/// Queries about workflows.
#[derive(Debug, Default)]
pub struct WorkflowQuery;

/// A page of workflows.
pub type WorkflowConnection = Connection<Workflow>;

#[Object]
impl WorkflowQuery {
    /// One workflow. Requires `hooks:read`.
    #[graphql(
        guard = "guard::hooks_read",
        visible = "guard::shows::hooks_read",
        tag = "admin",
        requires_scopes = "hooks:read"
    )]
    async fn workflow(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: Id<WorkflowId>,
    ) -> Result<Option<Workflow>> {
        Ok(ctx.load::<WorkflowById>(id.0).await?.map(Workflow))
    }

    /// The workflows by name. What became of each time that one was begun, `jobs` tells. Requires `hooks:read`.
    #[graphql(
        guard = "guard::hooks_read",
        visible = "guard::shows::hooks_read",
        tag = "admin",
        requires_scopes = "hooks:read"
    )]
    async fn workflows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<WorkflowConnection>> {
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
}
