//! Entries of the timeline by id, and those of customers and organizations.

use std::{collections::HashMap, marker::PhantomData, sync::Arc};

use entity::{
    id::{PrefixedId, TimelineEntryId},
    timeline_entry::{Column, Model},
};
use sea_orm::{DbErr, FromQueryResult, QueryFilter, QueryTrait};

use super::visibility::visible_to;
use crate::{
    graphql::{Batch, ListRequest, Page, count_of_each, pages_of_each},
    work::{Call, dialect},
};

/// A subject and which part of its timeline is asked for.
type ListKey<I> = (I, Arc<ListRequest<Column>>);

/// An entry by id.
#[derive(Debug)]
pub struct TimelineEntryById;

impl Batch for TimelineEntryById {
    type Key = TimelineEntryId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[TimelineEntryId]) -> Result<HashMap<TimelineEntryId, Arc<Model>>, DbErr> {
        let rows = visible_to(&call.viewer)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::Id),
                keys.iter().map(|id| id.0),
            ))
            .all(call.db())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// A page of the timeline of a customer or an organization.
#[derive(Debug)]
pub struct TimelineOf<I>(PhantomData<fn() -> I>);

impl<I: PrefixedId> Batch for TimelineOf<I> {
    type Key = ListKey<I>;
    type Value = Page<Arc<Model>>;

    async fn load(call: &Call, keys: &[ListKey<I>]) -> Result<HashMap<ListKey<I>, Page<Arc<Model>>>, DbErr> {
        pages_of_each(
            call,
            keys,
            Column::SubjectId,
            || visible_to(&call.viewer).into_query(),
            |row| {
                let row = Model::from_query_result(row, "")?;
                Ok((I::from_uuid(row.subject_id), Arc::new(row)))
            },
        )
        .await
    }
}

/// How many entries the timeline of a customer or an organization has.
#[derive(Debug)]
pub struct TimelineCountOf<I>(PhantomData<fn() -> I>);

impl<I: PrefixedId> Batch for TimelineCountOf<I> {
    type Key = ListKey<I>;
    type Value = i64;

    async fn load(call: &Call, keys: &[ListKey<I>]) -> Result<HashMap<ListKey<I>, i64>, DbErr> {
        count_of_each(call, keys, Column::SubjectId, || visible_to(&call.viewer).into_query()).await
    }
}
