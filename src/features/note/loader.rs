//! Notes by id, and those about customers.

use std::{collections::HashMap, sync::Arc};

use entity::{
    id::{CustomerId, NoteId},
    note::{Column, Model},
};
use sea_orm::{DbErr, FromQueryResult, QueryFilter, QueryTrait};

use super::visibility::visible_to;
use crate::{
    graphql::{Batch, ListRequest, Page, count_of_each, pages_of_each},
    work::{Call, dialect},
};

/// A customer and which part of the notes about them is asked for.
type ListKey = (CustomerId, Arc<ListRequest<Column>>);

/// A note by id.
#[derive(Debug)]
pub struct NoteById;

impl Batch for NoteById {
    type Key = NoteId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[NoteId]) -> Result<HashMap<NoteId, Arc<Model>>, DbErr> {
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

/// A page of the notes about a customer.
#[derive(Debug)]
pub struct NotesOfCustomer;

impl Batch for NotesOfCustomer {
    type Key = ListKey;
    type Value = Page<Arc<Model>>;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, Page<Arc<Model>>>, DbErr> {
        pages_of_each(
            call,
            keys,
            Column::CustomerId,
            || visible_to(&call.viewer).into_query(),
            |row| {
                let row = Model::from_query_result(row, "")?;
                Ok((row.customer_id, Arc::new(row)))
            },
        )
        .await
    }
}

/// How many notes there are about a customer.
#[derive(Debug)]
pub struct NoteCountOfCustomer;

impl Batch for NoteCountOfCustomer {
    type Key = ListKey;
    type Value = i64;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, i64>, DbErr> {
        count_of_each(call, keys, Column::CustomerId, || visible_to(&call.viewer).into_query()).await
    }
}
