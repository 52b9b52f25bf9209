//! The rules about channels.

use std::collections::{BTreeSet, HashMap};

use entity::{
    channel::{Column, Entity, Model},
    id::{ChannelId, PrefixedId},
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, entity::prelude::Json};
use serde_json::json;

use super::visibility;
use crate::work::{Record, Snapshot, Topic, UnitOfWork, WriteError, snapshot::diff};

/// The longest handle, in characters.
pub const HANDLE: usize = 64;

/// The channels with these handles; those that are not there yet are made, and are called by their handle until
/// somebody names them.
///
/// # Errors
/// Faults.
pub async fn find_or_create(
    unit: &mut UnitOfWork,
    handles: &BTreeSet<&str>,
) -> Result<HashMap<String, ChannelId>, WriteError> {
    if handles.is_empty() {
        return Ok(HashMap::new());
    }
    let known: Vec<(String, ChannelId)> = visibility::writable_by(unit.viewer())
        .select_only()
        .columns([Column::Handle, Column::Id])
        .filter(Column::Handle.is_in(handles.iter().copied()))
        .into_tuple()
        .all(unit.db())
        .await?;
    let mut channels: HashMap<String, ChannelId> = known.into_iter().collect();
    let new: Vec<Model> = handles
        .iter()
        .filter(|handle| !channels.contains_key(**handle))
        .map(|handle| Model {
            id: unit.new_id(),
            handle: (*handle).to_owned(),
            name: (*handle).to_owned(),
            version: 1,
            created_at: unit.now(),
            updated_at: unit.now(),
        })
        .collect();
    for chunk in new.chunks(1_000) {
        Entity::insert_many(chunk.iter().map(|row| row.clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    for row in new {
        unit.record(Record {
            topic: Topic("channel.created"),
            subject: row.id.uuid(),
            begins: true,
            object: row.id.to_string(),
            version: row.version,
            changes: diff(None, Some(&row)),
        });
        channels.insert(row.handle, row.id);
    }
    Ok(channels)
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![("handle", json!(self.handle)), ("name", json!(self.name))]
    }
}
