//! `timeline`: the timeline of anything.

use async_graphql::{Context, ID, Object, Result};
use entity::timeline_entry::Column;
use sea_orm::ColumnTrait;

use super::{
    kind,
    object::TimelineEntryConnection,
    of_subject::{TimelineEntryWhere, newest_first},
    visibility::visible_to,
};
use crate::{
    auth::guard,
    graphql::{PageArguments, bad_input, root_list},
};

/// The query of this room.
#[derive(Debug, Default)]
pub struct TimelineQuery;

#[Object]
impl TimelineQuery {
    /// What was done to a customer, an organization, a group, a staff user or anything else that has a history of its own,
    /// newest first, also when it is gone. Requires `timeline:read`, and to see an entry what it takes to read the object that
    /// was changed.
    #[graphql(
        guard = "guard::timeline_read",
        visible = "guard::shows::timeline_read",
        tag = "admin",
        requires_scopes = "timeline:read"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of whose timeline it is.")] subject_id: ID,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<TimelineEntryWhere>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<TimelineEntryConnection>> {
        let subject = kind::known(&subject_id).ok_or_else(|| bad_input("This is not an id.", None))?;
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        let condition = filter
            .unwrap_or_default()
            .condition()?
            .add(Column::SubjectId.eq(subject));
        root_list(ctx, page, newest_first(), condition, visible_to)
            .await
            .map(Some)
    }
}
