//! Metadata: a JSON object per object, patched key by key.

use async_graphql::InputObject;
use sea_orm::entity::prelude::Json;

use super::JsonObject;
use crate::{
    config::Limits,
    text::is_clean,
    work::{ErrorCode, UserError},
};

/// A change of metadata: `replace` takes the place of everything, then `delete` removes keys, then `set` sets keys.
#[derive(Clone, Debug, Default, InputObject)]
pub struct MetadataPatch {
    /// Keys to set, each to any JSON value.
    pub set: Option<JsonObject>,
    /// Keys to remove; a key that is not there is ignored.
    pub delete: Option<Vec<String>>,
    /// The whole metadata; keys that are not in it are removed.
    pub replace: Option<JsonObject>,
}

/// A change of metadata, for services.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetadataChange {
    set: serde_json::Map<String, Json>,
    delete: Vec<String>,
    replace: Option<serde_json::Map<String, Json>>,
}

impl From<MetadataPatch> for MetadataChange {
    fn from(patch: MetadataPatch) -> Self {
        Self {
            set: patch.set.map(|object| object.0).unwrap_or_default(),
            delete: patch.delete.unwrap_or_default(),
            replace: patch.replace.map(|object| object.0),
        }
    }
}

impl MetadataChange {
    /// The metadata after the change.
    #[must_use]
    pub fn apply(&self, before: &Json) -> Json {
        let mut after = match &self.replace {
            Some(replace) => replace.clone(),
            None => before.as_object().cloned().unwrap_or_default(),
        };
        for key in &self.delete {
            after.remove(key);
        }
        for (key, value) in &self.set {
            after.insert(key.clone(), value.clone());
        }
        Json::Object(after)
    }

    /// Whether everything that is not named is removed.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.replace.is_some()
    }

    /// The keys that the change touches.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.set
            .keys()
            .map(String::as_str)
            .chain(self.delete.iter().map(String::as_str))
            .chain(
                self.replace
                    .iter()
                    .flat_map(|replace| replace.keys().map(String::as_str)),
            )
    }
}

/// Complains about metadata that are too large, too deep, have too many keys, or hold text that cannot be stored.
#[must_use]
pub fn check_metadata(path: &str, metadata: &Json, limits: &Limits) -> Option<UserError> {
    let too_large = |message: String| Some(UserError::new(ErrorCode::MetadataTooLarge, path, message));
    if depth(metadata) > limits.metadata_depth {
        return too_large(format!(
            "Metadata can be nested at most {} deep.",
            limits.metadata_depth
        ));
    }
    if metadata
        .as_object()
        .is_some_and(|fields| fields.len() > limits.metadata_keys)
    {
        return too_large(format!("Metadata can have at most {} keys.", limits.metadata_keys));
    }
    if metadata.to_string().len() > limits.metadata_bytes {
        return too_large(format!(
            "Metadata can take at most {} bytes as JSON.",
            limits.metadata_bytes
        ));
    }
    if !is_storable(metadata) {
        return Some(UserError::new(
            ErrorCode::Invalid,
            path,
            "Metadata cannot hold control characters; keys have 1 to 255 characters.",
        ));
    }
    None
}

/// How deep a value is nested; does not recurse, so that a value of any depth can be judged.
fn depth(json: &Json) -> usize {
    let mut level: Vec<&Json> = vec![json];
    let mut depth = 0;
    while !level.is_empty() {
        depth += usize::from(level.iter().any(|value| value.is_object() || value.is_array()));
        level = level
            .into_iter()
            .flat_map(|value| -> Box<dyn Iterator<Item = &Json>> {
                match value {
                    Json::Object(fields) => Box::new(fields.values()),
                    Json::Array(items) => Box::new(items.iter()),
                    _ => Box::new(std::iter::empty()),
                }
            })
            .collect();
    }
    depth
}

fn is_storable(json: &Json) -> bool {
    match json {
        Json::String(text) => is_clean(text, true),
        Json::Array(items) => items.iter().all(is_storable),
        Json::Object(fields) => fields
            .iter()
            .all(|(key, value)| (1..=255).contains(&key.chars().count()) && is_clean(key, false) && is_storable(value)),
        _ => true,
    }
}
