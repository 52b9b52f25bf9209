//! Customers by id, and through other rooms' edges.

use std::{collections::HashMap, sync::Arc};

use entity::{
    customer::{Column, Model},
    id::CustomerId,
};
use sea_orm::{DbErr, QueryFilter};

use super::visibility::visible_to;
use crate::{
    graphql::Batch,
    work::{Call, dialect},
};

/// A customer by id.
#[derive(Debug)]
pub struct CustomerById;

impl Batch for CustomerById {
    type Key = CustomerId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[CustomerId]) -> Result<HashMap<CustomerId, Arc<Model>>, DbErr> {
        let ids = keys.iter().map(|id| id.0);
        let rows = call
            .db()
            .rows(visible_to(&call.viewer).filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::Id),
                ids,
            )))
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}
