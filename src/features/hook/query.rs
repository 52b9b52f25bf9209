//! Queries about hooks.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result};
use entity::{
    hook::{Column, Point},
    id::HookId,
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    loader::HookById,
    object::{Hook, HookPoint},
    registry::Registry,
    visibility::visible_to,
};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, Direction, Id, PageArguments, SortKey, bad_input, root_list},
};

/// Queries about hooks.
#[derive(Debug, Default)]
pub struct HookQuery;

/// A page of hooks.
pub type HookConnection = Connection<Hook>;

/// Which hooks; what is left out does not matter.
#[derive(Clone, Debug, Default, InputObject)]
pub struct HookWhere {
    /// Of this mutation.
    mutation: Option<String>,
    /// Asked or told at this point.
    point: Option<HookPoint>,
}

impl HookWhere {
    fn condition(self) -> Result<Condition> {
        if self.mutation.as_ref().is_some_and(|name| name.chars().count() > 64) {
            return Err(bad_input("The name of a mutation has at most 64 characters.", None));
        }
        Ok(Condition::all()
            .add_option(self.mutation.map(|mutation| Column::Mutation.eq(mutation)))
            .add_option(self.point.map(|point| Column::Point.eq(Point::from(point)))))
    }
}

#[Object]
impl HookQuery {
    /// One hook. Requires `hooks:read`.
    #[graphql(
        guard = "guard::hooks_read",
        visible = "guard::shows::hooks_read",
        tag = "admin",
        requires_scopes = "hooks:read"
    )]
    async fn hook(&self, ctx: &Context<'_>, #[graphql(desc = "The id.")] id: Id<HookId>) -> Result<Option<Hook>> {
        Ok(ctx.load::<HookById>(id.0).await?.map(Hook))
    }

    /// The hooks by their positions, in which those of one mutation are asked. Requires `hooks:read`.
    #[graphql(
        guard = "guard::hooks_read",
        visible = "guard::shows::hooks_read",
        tag = "admin",
        requires_scopes = "hooks:read"
    )]
    async fn hooks(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<HookWhere>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<HookConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let keys = [Column::Position, Column::Id]
            .map(|column| SortKey {
                column,
                direction: Direction::Asc,
            })
            .into();
        let condition = filter.unwrap_or_default().condition()?;
        root_list(ctx, page, keys, condition, visible_to).await.map(Some)
    }

    /// The mutations that can have hooks, by name. Those by which people log in, and those whose input holds passwords,
    /// tokens or codes, cannot. Requires `hooks:read`.
    #[graphql(
        guard = "guard::hooks_read",
        visible = "guard::shows::hooks_read",
        tag = "admin",
        requires_scopes = "hooks:read"
    )]
    async fn hook_mutations(&self, ctx: &Context<'_>) -> Result<Option<Vec<String>>> {
        let registry = ctx.data_opt::<Arc<Registry>>();
        Ok(registry.map(|registry| registry.mutations().iter().cloned().collect()))
    }
}
