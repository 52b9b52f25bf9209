//! Contacts by id and by customer.

use std::{collections::HashMap, sync::Arc};

use entity::{
    id::{CustomerId, InteractionId},
    interaction::{Column, Model},
    row::Row,
};
use sea_orm::{DbErr, QueryFilter, QueryTrait};

use super::visibility::visible_to;
use crate::{
    graphql::{Batch, ListRequest, Page, count_of_each, pages_of_each},
    work::{Call, dialect},
};

/// A contact by id.
#[derive(Debug)]
pub struct InteractionById;

impl Batch for InteractionById {
    type Key = InteractionId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[InteractionId]) -> Result<HashMap<InteractionId, Arc<Model>>, DbErr> {
        let rows = call
            .db()
            .rows(visible_to(&call.viewer).filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::Id),
                keys.iter().map(|id| id.0),
            )))
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// A customer and which part of the contacts is asked for.
type ListKey = (CustomerId, Arc<ListRequest<Column>>);

/// A page of the contacts with a customer.
#[derive(Debug)]
pub struct InteractionsOf;

impl Batch for InteractionsOf {
    type Key = ListKey;
    type Value = Page<Arc<Model>>;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, Self::Value>, DbErr> {
        pages_of_each(
            call,
            keys,
            Column::CustomerId,
            || visible_to(&call.viewer).into_query(),
            |row| {
                let row = Model::read(row, 0)?;
                Ok((row.customer_id, Arc::new(row)))
            },
        )
        .await
    }
}

/// How many contacts there are with a customer.
#[derive(Debug)]
pub struct InteractionCountOf;

impl Batch for InteractionCountOf {
    type Key = ListKey;
    type Value = i64;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, i64>, DbErr> {
        count_of_each(call, keys, Column::CustomerId, || visible_to(&call.viewer).into_query()).await
    }
}
