//! Channels by id.

use std::{collections::HashMap, sync::Arc};

use entity::{
    channel::{Column, Model},
    id::ChannelId,
};
use sea_orm::{DbErr, QueryFilter};

use super::visibility::visible_to;
use crate::{
    graphql::Batch,
    work::{Call, dialect},
};

/// A channel by id.
#[derive(Debug)]
pub struct ChannelById;

impl Batch for ChannelById {
    type Key = ChannelId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[ChannelId]) -> Result<HashMap<ChannelId, Arc<Model>>, DbErr> {
        let ids = keys.iter().map(|id| id.0);
        let rows = visible_to(&call.viewer)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::Id),
                ids,
            ))
            .all(call.db())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}
