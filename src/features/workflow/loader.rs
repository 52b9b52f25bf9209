//! Workflows by id.

use std::{collections::HashMap, sync::Arc};

use entity::{
    id::WorkflowId,
    workflow::{Column, Model},
};
use sea_orm::{DbErr, QueryFilter};

use super::visibility::visible_to;
use crate::{
    graphql::Batch,
    work::{Call, dialect},
};

/// A workflow by id.
#[derive(Debug)]
pub struct WorkflowById;

impl Batch for WorkflowById {
    type Key = WorkflowId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[WorkflowId]) -> Result<HashMap<WorkflowId, Arc<Model>>, DbErr> {
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
