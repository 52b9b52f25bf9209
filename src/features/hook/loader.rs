//! Hooks by id.

use std::{collections::HashMap, sync::Arc};

use entity::{
    hook::{Column, Model},
    id::HookId,
};
use sea_orm::{DbErr, QueryFilter};

use super::visibility::visible_to;
use crate::{
    graphql::Batch,
    work::{Call, dialect},
};

/// A hook by id.
#[derive(Debug)]
pub struct HookById;

impl Batch for HookById {
    type Key = HookId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[HookId]) -> Result<HashMap<HookId, Arc<Model>>, DbErr> {
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
