//! Jobs by id.

use std::{collections::HashMap, sync::Arc};

use entity::{
    id::JobId,
    job::{Column, Model},
};
use sea_orm::{DbErr, QueryFilter};

use super::visibility::visible_to;
use crate::{
    graphql::Batch,
    work::{Call, dialect},
};

/// A job by id.
#[derive(Debug)]
pub struct JobById;

impl Batch for JobById {
    type Key = JobId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[JobId]) -> Result<HashMap<JobId, Arc<Model>>, DbErr> {
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
