//! API keys by id.

use std::{collections::HashMap, sync::Arc};

use entity::{
    api_key::{Column, Model},
    id::ApiKeyId,
};
use sea_orm::{DbErr, QueryFilter};

use super::visibility::visible_to;
use crate::{
    graphql::Batch,
    work::{Call, dialect},
};

/// An API key by id.
#[derive(Debug)]
pub struct ApiKeyById;

impl Batch for ApiKeyById {
    type Key = ApiKeyId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, Arc<Model>>, DbErr> {
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
