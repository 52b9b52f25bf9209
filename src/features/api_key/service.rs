//! The rules about API keys.

use chrono::{DateTime, Utc};
use entity::{
    api_key::{Entity, Model},
    id::PrefixedId,
};
use sea_orm::{EntityTrait, IntoActiveModel, entity::prelude::Json};
use secrecy::SecretString;
use serde_json::json;

use crate::{
    auth::{API_KEY_PREFIX, Permissions, secret_hash},
    work::{Complaints, ErrorCode, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError, snapshot::diff},
};

/// How much of a secret is kept in the clear, for people to recognize the key by.
const HINT: usize = API_KEY_PREFIX.len() + 4;

/// Creates a key and its secret, which is nowhere else: show it once.
///
/// # Errors
/// Every complaint about the name and the expiry.
pub async fn create(
    unit: &mut UnitOfWork,
    name: &str,
    permissions: Permissions,
    expires_at: Option<DateTime<Utc>>,
) -> Result<(Model, SecretString), WriteError> {
    let mut complaints = Complaints::default();
    let name = complaints.required_text("name", Some(name.to_owned()), 255);
    if expires_at.is_some_and(|expiry| expiry <= unit.now()) {
        complaints.add(UserError::new(
            ErrorCode::Invalid,
            "expiresAt",
            "The key would have ended already. Give a later time.",
        ));
    }
    let name = complaints.check(name)?;
    let secret = format!("{API_KEY_PREFIX}{}", unit.call().ids.token());
    let row = Model {
        id: unit.new_id(),
        name,
        secret_hash: secret_hash(&secret),
        secret_hint: secret.chars().take(HINT).collect(),
        permissions: serde_json::to_value(permissions).unwrap_or_default(),
        created_by: unit.viewer().staff_user(),
        created_at: unit.now(),
        expires_at,
        revoked_at: None,
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    unit.record(Record {
        topic: Topic("api_key.created"),
        subject: row.id.uuid(),
        begins: true,
        object: row.id.to_string(),
        version: 1,
        changes: diff(None, Some(&row)),
    });
    Ok((row, secret.into()))
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("name", json!(self.name)),
            ("permissions", self.permissions.clone()),
            ("expiresAt", json!(self.expires_at)),
        ]
    }
}
