//! The rules about API keys.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    api_key::{Column, Entity, Kind, Model},
    channel,
    id::{ApiKeyId, ChannelId, PrefixedId, SessionId, StaffUserId},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::Json, sea_query::Expr,
};
use secrecy::SecretString;
use serde_json::json;

use super::visibility;
use crate::{
    auth::{API_KEY_PREFIX, PUBLISHABLE_KEY_PREFIX, Permission, Permissions, grants::FieldMasks, secret_hash},
    features::{channel::visibility as channels, role::authority::Authority, session::service as sessions},
    work::{Complaints, ErrorCode, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError, snapshot::diff},
};

/// How much of a secret is kept in the clear, for people to recognize the key by.
const HINT: usize = API_KEY_PREFIX.len() + 4;

/// How long a secret may work on after it was replaced.
const LONGEST_GRACE: TimeDelta = TimeDelta::hours(24);

/// A key to make.
#[derive(Clone, Debug)]
pub struct KeyDraft {
    /// What it is for.
    pub name: String,
    /// What kind of key.
    pub kind: Kind,
    /// What it may do.
    pub permissions: Json,
    /// Which channel it names.
    pub channel: Option<ChannelId>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Creates a secret key on the machine of the service. Its secret is nowhere else: show it once.
///
/// # Errors
/// Every complaint about the name and the expiry.
pub async fn create(
    unit: &mut UnitOfWork,
    name: &str,
    permissions: Permissions,
    expires_at: Option<DateTime<Utc>>,
) -> Result<(Model, SecretString), WriteError> {
    let draft = KeyDraft {
        name: name.to_owned(),
        kind: Kind::Secret,
        permissions: serde_json::to_value(permissions).unwrap_or_default(),
        channel: None,
        expires_at,
    };
    insert(unit, draft).await
}

/// Creates a key for a staff user who has proven who they are a short while ago.
///
/// # Errors
/// `STEP_UP_REQUIRED`, `OUT_OF_SCOPE_PERMISSION`, `NOT_FOUND` for the channel, and every complaint about the draft.
pub async fn create_by_staff(unit: &mut UnitOfWork, draft: KeyDraft) -> Result<(Model, SecretString), WriteError> {
    sessions::check_step_up(unit, session(unit)?).await?;
    let mut complaints = Complaints::default();
    match (draft.kind, draft.channel) {
        (Kind::Publishable, None) => complaints.add(UserError::new(
            ErrorCode::Required,
            "channelId",
            "A publishable key names a channel. Give one.",
        )),
        (Kind::Publishable, Some(channel)) => {
            let known = channels::nameable_by(unit.viewer(), Permission::ApiKeysWrite)
                .filter(channel::Column::Id.eq(channel))
                .count(unit.db())
                .await?;
            if known == 0 {
                complaints.add(UserError::not_found("channelId", "channel"));
            }
            if !Permissions::stored(&draft.permissions).is_empty() {
                complaints.add(UserError::new(
                    ErrorCode::ForbiddenField,
                    "permissions",
                    "Everybody can read a publishable key, so it has no permissions.",
                ));
            }
        }
        (Kind::Secret, Some(_)) => complaints.add(UserError::new(
            ErrorCode::ForbiddenField,
            "channelId",
            "Only a publishable key names a channel.",
        )),
        (Kind::Secret, None) => {}
    }
    complaints.check(())?;
    let authority = Authority::of_writer(unit).await?;
    authority.check_gift(
        "permissions",
        Permissions::stored(&draft.permissions),
        &FieldMasks::new(),
    )?;
    insert(unit, draft).await
}

async fn insert(unit: &mut UnitOfWork, draft: KeyDraft) -> Result<(Model, SecretString), WriteError> {
    let mut complaints = Complaints::default();
    let name = complaints.required_text("name", Some(draft.name), 255);
    if draft.expires_at.is_some_and(|expiry| expiry <= unit.now()) {
        complaints.add(UserError::new(
            ErrorCode::Invalid,
            "expiresAt",
            "The key would have ended already. Give a later time.",
        ));
    }
    let name = complaints.check(name)?;
    let secret = new_secret(unit, draft.kind);
    let row = Model {
        id: unit.new_id(),
        name,
        secret_hash: secret_hash(&secret),
        secret_hint: hint(&secret),
        permissions: draft.permissions,
        created_by: unit.viewer().staff_user(),
        created_at: unit.now(),
        expires_at: draft.expires_at,
        revoked_at: None,
        kind: draft.kind,
        channel_id: draft.channel,
        previous_secret_hash: None,
        previous_expires_at: None,
        last_used_at: None,
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    unit.record(Record {
        begins: true,
        ..record("api_key.created", &row, diff(None, Some(&row)))
    });
    Ok((row, secret.into()))
}

/// Gives a key another secret. The one before works on for as long as the grace lasts.
///
/// # Errors
/// `STEP_UP_REQUIRED`, `NOT_FOUND`, `INVALID_STATE`, `OUT_OF_SCOPE_PERMISSION`: whoever gets the secret gets what the
/// key may do.
pub async fn rotate(
    unit: &mut UnitOfWork,
    id: ApiKeyId,
    grace: TimeDelta,
) -> Result<(Model, SecretString), WriteError> {
    sessions::check_step_up(unit, session(unit)?).await?;
    let before = find(unit, id).await?;
    let authority = Authority::of_writer(unit).await?;
    authority.check_gift("id", Permissions::stored(&before.permissions), &FieldMasks::new())?;
    if before.revoked_at.is_some() || before.expires_at.is_some_and(|expiry| expiry <= unit.now()) {
        return Err(UserError::new(ErrorCode::InvalidState, "id", "This key has ended. Create another one.").into());
    }
    if grace < TimeDelta::zero() || grace > LONGEST_GRACE {
        return Err(UserError::new(
            ErrorCode::Invalid,
            "graceMinutes",
            "The secret before works on for at most 1440 minutes.",
        )
        .into());
    }
    let secret = new_secret(unit, before.kind);
    let is_graced = grace > TimeDelta::zero();
    let after = Model {
        previous_secret_hash: is_graced.then(|| before.secret_hash.clone()),
        previous_expires_at: is_graced.then(|| unit.now() + grace),
        secret_hash: secret_hash(&secret),
        secret_hint: hint(&secret),
        ..before.clone()
    };
    Entity::update(after.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    unit.record(record("api_key.rotated", &after, diff(Some(&before), Some(&after))));
    Ok((after, secret.into()))
}

/// Ends a key. One that has ended already stays as it is.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn revoke(unit: &mut UnitOfWork, id: ApiKeyId) -> Result<Model, WriteError> {
    let before = find(unit, id).await?;
    if before.revoked_at.is_some() {
        return Ok(before);
    }
    let after = Model {
        revoked_at: Some(unit.now()),
        ..before.clone()
    };
    Entity::update(after.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    unit.record(record("api_key.revoked", &after, diff(Some(&before), Some(&after))));
    Ok(after)
}

/// Ends the secret keys that a staff user made, who is shut out: whoever writes down a secret goes with it. Answers how
/// many. That whoever writes may shut them out was asked before.
///
/// # Errors
/// Faults.
pub async fn revoke_those_of(unit: &mut UnitOfWork, maker: StaffUserId) -> Result<usize, WriteError> {
    let keys = Entity::find()
        .filter(Column::CreatedBy.eq(maker))
        .filter(Column::Kind.eq(Kind::Secret))
        .filter(Column::RevokedAt.is_null())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    if keys.is_empty() {
        return Ok(0);
    }
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::val(unit.now()))
        .filter(Column::CreatedBy.eq(maker))
        .filter(Column::Kind.eq(Kind::Secret))
        .filter(Column::RevokedAt.is_null())
        .exec(unit.db())
        .await?;
    for before in &keys {
        let after = Model {
            revoked_at: Some(unit.now()),
            ..before.clone()
        };
        unit.record(record("api_key.revoked", &after, diff(Some(before), Some(&after))));
    }
    Ok(keys.len())
}

async fn find(unit: &UnitOfWork, id: ApiKeyId) -> Result<Model, WriteError> {
    visibility::writable_by(unit.viewer())
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("id", "API key").into())
}

/// The session of the staff user who writes: a key cannot make keys.
fn session(unit: &UnitOfWork) -> Result<SessionId, UserError> {
    let session = unit.viewer().session().map(|(_, session)| session);
    session.filter(|_| unit.viewer().staff_user().is_some()).ok_or_else(|| {
        UserError::new(
            ErrorCode::StepUpRequired,
            "",
            "Only a staff user who has logged in a short while ago may do this.",
        )
    })
}

fn new_secret(unit: &UnitOfWork, kind: Kind) -> String {
    let prefix = match kind {
        Kind::Secret => API_KEY_PREFIX,
        Kind::Publishable => PUBLISHABLE_KEY_PREFIX,
    };
    format!("{prefix}{}", unit.call().ids.token())
}

fn hint(secret: &str) -> String {
    secret.chars().take(HINT).collect()
}

fn record(topic: &'static str, row: &Model, changes: Vec<crate::work::FieldChange>) -> Record {
    Record {
        topic: Topic(topic),
        subject: row.id.uuid(),
        begins: false,
        object: row.id.to_string(),
        version: 1,
        changes,
    }
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("name", json!(self.name)),
            ("permissions", self.permissions.clone()),
            ("expiresAt", json!(self.expires_at)),
            ("kind", json!(self.kind)),
            ("channelId", json!(self.channel_id)),
            ("secretHint", json!(self.secret_hint)),
            ("revokedAt", json!(self.revoked_at)),
        ]
    }
}
