//! Before and after: which fields of an object a write changed.

use sea_orm::entity::prelude::Json;
use serde::{Deserialize, Serialize};

/// A row that can tell what the schema shows of it, under the schema's field names.
pub trait Snapshot {
    /// Every field worth a line in the timeline, always in the same order; derived columns are left out.
    fn snapshot(&self) -> Vec<(&'static str, Json)>;
}

/// One field that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field; for a key inside metadata `metadata.key`.
    pub path: String,
    /// What it was; null when it was not set.
    pub before: Json,
    /// What it is; null when it is no longer set.
    pub after: Json,
}

/// The fields that differ. For a new object `before` is `None`, for a removed one `after`.
#[must_use]
pub fn diff<S: Snapshot>(before: Option<&S>, after: Option<&S>) -> Vec<FieldChange> {
    let before = before.map(Snapshot::snapshot).unwrap_or_default();
    let after = after.map(Snapshot::snapshot).unwrap_or_default();
    let names = if before.is_empty() { &after } else { &before };
    let mut changes = Vec::new();
    for (position, (name, _)) in names.iter().enumerate() {
        let old = before.get(position).map_or(&Json::Null, |(_, value)| value);
        let new = after.get(position).map_or(&Json::Null, |(_, value)| value);
        if old == new {
            continue;
        }
        if old.is_object() || new.is_object() {
            diff_keys(name, old, new, &mut changes);
        } else {
            changes.push(FieldChange {
                path: (*name).to_owned(),
                before: old.clone(),
                after: new.clone(),
            });
        }
    }
    changes
}

fn diff_keys(name: &str, old: &Json, new: &Json, changes: &mut Vec<FieldChange>) {
    let empty = serde_json::Map::new();
    let old = old.as_object().unwrap_or(&empty);
    let new = new.as_object().unwrap_or(&empty);
    for (key, value) in old {
        if new.get(key) != Some(value) {
            changes.push(FieldChange {
                path: format!("{name}.{key}"),
                before: value.clone(),
                after: new.get(key).cloned().unwrap_or_default(),
            });
        }
    }
    for (key, value) in new {
        if !old.contains_key(key) {
            changes.push(FieldChange {
                path: format!("{name}.{key}"),
                before: Json::Null,
                after: value.clone(),
            });
        }
    }
}
