//! Customers by id, and through other rooms' edges.

use std::{collections::HashMap, sync::Arc};

use entity::{
    customer::{Column, Model},
    id::CustomerId,
    row::Skipped,
};
use sea_orm::{DbErr, QueryFilter};

use super::visibility::visible_to;
use crate::{
    graphql::{Batch, SortKey},
    work::{Call, dialect},
};

/// The columns of customers that a query has no need of.
pub fn unasked(call: &Call, keys: &[SortKey<Column>]) -> Skipped {
    let columns = [
        (Column::Metadata as usize, Some("metadata")),
        (Column::PrivateMetadata as usize, Some("privateMetadata")),
        (Column::EmailNormalized as usize, None),
        (Column::FirstNameFolded as usize, None),
        (Column::LastNameFolded as usize, None),
        (Column::CompanyNameFolded as usize, None),
        (Column::SearchText as usize, None),
    ];
    call.unasked(&columns, |column| keys.iter().any(|key| key.column as usize == column))
}

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
            .rows_without(
                visible_to(&call.viewer).filter(dialect::any_of(
                    call.database.backend(),
                    dialect::column(Column::Id),
                    ids,
                )),
                unasked(call, &[]),
            )
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}
