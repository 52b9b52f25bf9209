//! Queries about jobs.

use async_graphql::{Context, InputObject, Object, Result};
use entity::{
    id::JobId,
    job::{Column, State},
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    loader::JobById,
    object::{Job, JobState},
    visibility::visible_to,
};
use crate::{
    auth::guard,
    graphql::{Connection, ContextExt, Direction, Id, PageArguments, SortKey, bad_input, root_list},
};

/// Queries about jobs.
#[derive(Debug, Default)]
pub struct JobQuery;

/// A page of jobs.
pub type JobConnection = Connection<Job>;

/// Which jobs; what is left out does not matter.
#[derive(Clone, Debug, Default, InputObject)]
pub struct JobWhere {
    /// In this state.
    state: Option<JobState>,
    /// Of this kind.
    kind: Option<String>,
}

impl JobWhere {
    fn condition(self) -> Result<Condition> {
        if self.kind.as_ref().is_some_and(|kind| kind.chars().count() > 64) {
            return Err(bad_input("The kind of a job has at most 64 characters.", None));
        }
        Ok(Condition::all()
            .add_option(self.state.map(|state| Column::State.eq(State::from(state))))
            .add_option(self.kind.map(|kind| Column::Kind.eq(kind))))
    }
}

#[Object]
impl JobQuery {
    /// One job. Requires `jobs:read`.
    #[graphql(
        guard = "guard::jobs_read",
        visible = "guard::shows::jobs_read",
        tag = "admin",
        requires_scopes = "jobs:read"
    )]
    async fn job(&self, ctx: &Context<'_>, #[graphql(desc = "The id.")] id: Id<JobId>) -> Result<Option<Job>> {
        Ok(ctx.load::<JobById>(id.0).await?.map(Job))
    }

    /// The jobs, newest first, and what became of them. Those that were finished are kept for 30 days, and those that are
    /// of interest only when they fail, such as sweeps, for one. Requires `jobs:read`.
    #[graphql(
        guard = "guard::jobs_read",
        visible = "guard::shows::jobs_read",
        tag = "admin",
        requires_scopes = "jobs:read"
    )]
    async fn jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<JobWhere>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<JobConnection>> {
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
        let condition = filter.unwrap_or_default().condition()?;
        root_list(ctx, page, keys, condition, visible_to).await.map(Some)
    }
}
