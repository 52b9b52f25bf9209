//! Saved queries by id, and with which roles they are shared.

use std::{collections::HashMap, sync::Arc};

use entity::{
    id::SavedQueryId,
    role,
    saved_query::{Column, Model},
    saved_query_role,
};
use sea_orm::{DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::visibility::{shares_visible_to, visible_to};
use crate::{
    graphql::Batch,
    work::{Call, dialect},
};

/// A saved query by id.
#[derive(Debug)]
pub struct SavedQueryById;

impl Batch for SavedQueryById {
    type Key = SavedQueryId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[SavedQueryId]) -> Result<HashMap<SavedQueryId, Arc<Model>>, DbErr> {
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

/// The roles with which a saved query is shared, by name.
#[derive(Debug)]
pub struct AudiencesOfSavedQuery;

impl Batch for AudiencesOfSavedQuery {
    type Key = SavedQueryId;
    type Value = Vec<Arc<role::Model>>;

    async fn load(call: &Call, keys: &[SavedQueryId]) -> Result<HashMap<SavedQueryId, Self::Value>, DbErr> {
        let backend = call.database.backend();
        let shares = shares_visible_to(&call.viewer)
            .filter(dialect::any_of(
                backend,
                dialect::column(saved_query_role::Column::SavedQueryId),
                keys.iter().map(|id| id.0),
            ))
            .all(call.db())
            .await?;
        let mut audiences: HashMap<SavedQueryId, Self::Value> = HashMap::new();
        if shares.is_empty() {
            return Ok(audiences);
        }
        let roles = role::Entity::find()
            .filter(dialect::any_of(
                backend,
                dialect::column(role::Column::Id),
                shares.iter().map(|share| share.role_id.0),
            ))
            .order_by_asc(role::Column::NameFolded)
            .all(call.db())
            .await?;
        for role in roles.into_iter().map(Arc::new) {
            for share in shares.iter().filter(|share| share.role_id == role.id) {
                audiences
                    .entry(share.saved_query_id)
                    .or_default()
                    .push(Arc::clone(&role));
            }
        }
        Ok(audiences)
    }
}
