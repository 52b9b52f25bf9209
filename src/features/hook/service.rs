//! The rules about hooks.

use entity::{
    hook::{Column, Entity, Model, OnFailure, Point},
    id::{HookId, PrefixedId},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
    entity::prelude::Json,
};
use secrecy::SecretString;
use serde_json::json;

use super::visibility;
use crate::{
    auth::{Permissions, grants::FieldMasks},
    features::role::authority::Authority,
    standard_webhooks,
    work::{Record, Snapshot, Topic, UnitOfWork, UserError, WriteError, snapshot::diff},
};

/// The most hooks that there may be.
pub const HOOKS: usize = 200;

/// A hook to keep; what is `None` stays as it is, or is as usual.
#[derive(Clone, Debug)]
pub struct HookDraft {
    /// Which; a new one without.
    pub id: Option<HookId>,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// When it is asked or told.
    pub point: Option<Point>,
    /// The mutation.
    pub mutation: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// For how long it is waited for, in milliseconds.
    pub timeout_ms: Option<i32>,
    /// What becomes of the mutation when it does not answer.
    pub on_failure: Option<OnFailure>,
    /// Which comes first.
    pub position: Option<i32>,
    /// Whether it is asked or told at all.
    pub is_enabled: Option<bool>,
    /// Whether it gets a new secret.
    pub renews_secret: bool,
}

impl HookDraft {
    /// Whether it does nothing but switch a hook off.
    fn switches_off(&self) -> bool {
        self.id.is_some()
            && self.is_enabled == Some(false)
            && !self.renews_secret
            && self.point.is_none()
            && self.mutation.is_none()
            && self.url.is_none()
            && self.timeout_ms.is_none()
            && self.on_failure.is_none()
            && self.position.is_none()
    }
}

/// A hook, and its secret where that is new.
pub type Kept = (Model, Option<SecretString>);

/// Keeps a hook. It is told what others write, whoever they are, and may change it before it is written in their name: that
/// is for who may do everything. Whoever may not can switch it off.
///
/// # Errors
/// `OUT_OF_SCOPE_PERMISSION`, `NOT_FOUND`, `CONFLICT`, `REQUIRED`, `LIMIT_EXCEEDED`.
pub async fn keep(unit: &mut UnitOfWork, draft: HookDraft) -> Result<Kept, WriteError> {
    if !draft.switches_off() {
        let authority = Authority::of_writer(unit).await?;
        authority.check_gift("", Permissions::all(), &FieldMasks::new())?;
    }
    match draft.id {
        Some(id) => update(unit, id, draft).await,
        None => create(unit, draft).await,
    }
}

async fn create(unit: &mut UnitOfWork, draft: HookDraft) -> Result<Kept, WriteError> {
    unit.wait_in_line("hooks").await?;
    let kept = visibility::writable_by(unit.viewer()).count(unit.db()).await?;
    if kept >= HOOKS as u64 {
        return Err(UserError::limit("", HOOKS, HOOKS + 1, "hooks").into());
    }
    let id: HookId = unit.new_id();
    let (secret, sealed_secret) = new_secret(unit, id)?;
    let row = Model {
        id,
        point: draft.point.ok_or_else(|| required("point"))?,
        mutation: draft.mutation.ok_or_else(|| required("mutation"))?,
        url: draft.url.ok_or_else(|| required("url"))?,
        sealed_secret,
        timeout_ms: draft.timeout_ms.unwrap_or(1_000),
        on_failure: draft.on_failure.unwrap_or(OnFailure::Closed),
        position: draft.position.unwrap_or_default(),
        is_enabled: draft.is_enabled.unwrap_or(true),
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    record(unit, "hook.created", None, Some(&row));
    Ok((row, Some(secret)))
}

async fn update(unit: &mut UnitOfWork, id: HookId, draft: HookDraft) -> Result<Kept, WriteError> {
    let before = find(unit, id, draft.expected_version).await?;
    let mut after = before.clone();
    after.point = draft.point.unwrap_or(after.point);
    after.mutation = draft.mutation.unwrap_or(after.mutation);
    after.url = draft.url.unwrap_or(after.url);
    after.timeout_ms = draft.timeout_ms.unwrap_or(after.timeout_ms);
    after.on_failure = draft.on_failure.unwrap_or(after.on_failure);
    after.position = draft.position.unwrap_or(after.position);
    after.is_enabled = draft.is_enabled.unwrap_or(after.is_enabled);
    let secret = if draft.renews_secret {
        let (secret, sealed) = new_secret(unit, id)?;
        after.sealed_secret = sealed;
        Some(secret)
    } else {
        None
    };
    if after == before {
        return Ok((before, None));
    }
    after.version += 1;
    after.updated_at = unit.now();
    Entity::update(after.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    record(unit, "hook.updated", Some(&before), Some(&after));
    Ok((after, secret))
}

/// Forgets a hook. What it was to be told and was not, it is not told any more.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`.
pub async fn delete(unit: &mut UnitOfWork, id: HookId, expected_version: Option<i32>) -> Result<HookId, WriteError> {
    let row = find(unit, id, expected_version).await?;
    Entity::delete_by_id(id).exec(unit.db()).await?;
    record(unit, "hook.deleted", Some(&row), None);
    Ok(id)
}

async fn find(unit: &UnitOfWork, id: HookId, expected_version: Option<i32>) -> Result<Model, WriteError> {
    let row = visibility::writable_by(unit.viewer())
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("id", "hook"))?;
    if expected_version.is_some_and(|version| version != row.version) {
        return Err(UserError::conflict(row.version).into());
    }
    Ok(row)
}

fn new_secret(unit: &UnitOfWork, id: HookId) -> Result<(SecretString, String), DbErr> {
    standard_webhooks::new_secret(&unit.call().sealer, &id.to_string())
        .map_err(|error| DbErr::Custom(error.to_string()))
}

fn required(path: &str) -> UserError {
    UserError::new(crate::work::ErrorCode::Required, path, "Fill this in.")
}

fn record(unit: &mut UnitOfWork, topic: &'static str, before: Option<&Model>, after: Option<&Model>) {
    let Some(row) = after.or(before) else { return };
    unit.record(Record {
        topic: Topic(topic),
        subject: row.id.uuid(),
        begins: before.is_none(),
        object: row.id.to_string(),
        version: if after.is_some() { row.version } else { row.version + 1 },
        changes: diff(before, after),
    });
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("point", json!(self.point)),
            ("mutation", json!(self.mutation)),
            ("url", json!(self.url)),
            ("timeoutMilliseconds", json!(self.timeout_ms)),
            ("onFailure", json!(self.on_failure)),
            ("position", json!(self.position)),
            ("isEnabled", json!(self.is_enabled)),
        ]
    }
}
