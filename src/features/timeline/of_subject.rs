//! The edge from a customer or an organization to its timeline, and how timelines are filtered.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Result};
use entity::{id::PrefixedId, timeline_entry::Column};
use sea_orm::{ColumnTrait, Condition};

use super::{
    kind,
    loader::{TimelineCountOf, TimelineOf},
    object::TimelineEntryConnection,
};
use crate::{
    graphql::{Connection, ContextExt, DateTime, Direction, ListRequest, PageArguments, SortKey, bad_input},
    text::is_clean,
};

/// The most types that are asked for at once.
const TYPES: usize = 50;

/// Conditions on entries of a timeline; all that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TimelineEntryWhere {
    /// It is one of these, such as `customer.updated`.
    types: Option<Vec<String>>,
    /// It happened then or later.
    since: Option<DateTime>,
    /// It happened before.
    until: Option<DateTime>,
    /// The kind of actor who did it: `CUSTOMER`, `STAFF`, `API_KEY`, `SYSTEM` or `ANONYMOUS`.
    actor_type: Option<String>,
    /// It is about the object with this id.
    object_id: Option<ID>,
}

impl TimelineEntryWhere {
    /// The condition on the table.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for conditions that are too many or not text.
    pub(super) fn condition(self) -> Result<Condition> {
        let types = self.types.unwrap_or_default();
        if types.len() > TYPES {
            return Err(bad_input(
                format!("At most {TYPES} types are asked for at once."),
                Some("INVALID_FILTER"),
            ));
        }
        if self.object_id.as_ref().is_some_and(|id| kind::known(id).is_none()) {
            return Err(bad_input("This is not an id.", None));
        }
        let mut texts = types.iter().map(String::as_str).chain(self.actor_type.as_deref());
        if !texts.all(|text| text.len() <= 64 && is_clean(text, false)) {
            return Err(bad_input(
                "A condition on a timeline has at most 64 characters and no control characters.",
                Some("INVALID_FILTER"),
            ));
        }
        let mut condition = Condition::all();
        if !types.is_empty() {
            condition = condition.add(Column::Type.is_in(types));
        }
        if let Some(since) = self.since {
            condition = condition.add(Column::At.gte(since.0));
        }
        if let Some(until) = self.until {
            condition = condition.add(Column::At.lt(until.0));
        }
        if let Some(kind) = self.actor_type {
            condition = condition.add(Column::ActorType.eq(kind));
        }
        if let Some(object) = self.object_id {
            condition = condition.add(Column::ObjectId.eq(object.0));
        }
        Ok(condition)
    }
}

/// Newest first; the index on subject and sequence serves it.
pub(super) fn newest_first() -> Vec<SortKey<Column>> {
    vec![SortKey {
        column: Column::Sequence,
        direction: Direction::Desc,
    }]
}

/// The timeline of a customer or an organization, newest first.
///
/// # Errors
/// `BAD_USER_INPUT` for a filter or page that makes no sense; faults.
pub async fn timeline_of<I: PrefixedId>(
    ctx: &Context<'_>,
    subject: I,
    filter: Option<TimelineEntryWhere>,
    page: PageArguments,
) -> Result<TimelineEntryConnection> {
    let condition = filter.unwrap_or_default().condition()?;
    let request = ListRequest::new(ctx, page, newest_first(), condition)?;
    let key = (subject, Arc::clone(&request));
    let page = ctx.load::<TimelineOf<I>>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<TimelineCountOf<I>>(key).await?.unwrap_or_default()) })
        }),
    ))
}
