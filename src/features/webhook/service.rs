//! The rules about endpoints.

use entity::{
    id::{CustomerId, PrefixedId, WebhookEndpointId},
    webhook_endpoint::{Column, Entity, Model, Reason, State},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect, entity::prelude::Json, sea_query::Expr,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{queue::wait, signature, visibility};
use crate::{
    auth::{Permissions, grants::FieldMasks},
    features::role::authority::Authority,
    standard_webhooks,
    work::{
        Call, Change, FieldChange, ReadBack, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError, outbox::Mark,
        snapshot::diff,
    },
};

/// The most endpoints.
pub const ENDPOINTS: usize = 50;

/// For how long the secret before signs too, after it was replaced.
const ROTATION: chrono::TimeDelta = chrono::TimeDelta::hours(24);

/// An endpoint to make.
#[derive(Clone, Debug)]
pub struct EndpointDraft {
    /// Where requests go.
    pub url: String,
    /// What it is for.
    pub description: Option<String>,
    /// Which events it is told of.
    pub topics: Vec<String>,
    /// The query whose answer it is told.
    pub payload_query: Option<String>,
    /// What the query may see.
    pub permissions: Vec<String>,
}

/// A change of an endpoint; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct EndpointChange {
    /// Where requests go.
    pub url: Option<String>,
    /// What it is for.
    pub description: Change<String>,
    /// Which events it is told of.
    pub topics: Option<Vec<String>>,
    /// The query whose answer it is told.
    pub payload_query: Change<String>,
    /// What the query may see.
    pub permissions: Option<Vec<String>>,
    /// Whether it is told.
    pub is_active: Option<bool>,
}

impl EndpointChange {
    /// The endpoint after the change.
    #[must_use]
    pub fn applied_to(self, before: &Model) -> Model {
        let mut after = before.clone();
        if let Some(url) = self.url {
            after.url = url;
        }
        self.description.apply(&mut after.description);
        if let Some(topics) = self.topics {
            after.topics = json!(topics);
        }
        self.payload_query.apply(&mut after.payload_query);
        if let Some(permissions) = self.permissions {
            after.permissions = json!(permissions);
        }
        match self.is_active {
            Some(true) => (after.state, after.disabled_because, after.paused_until) = (State::Active, None, None),
            Some(false) if after.state == State::Active => {
                (after.state, after.disabled_because) = (State::Disabled, Some(Reason::SwitchedOff));
            }
            _ => {}
        }
        after
    }
}

/// Makes an endpoint, which is told of what happens from now on. Its secret is shown once.
///
/// # Errors
/// `LIMIT_EXCEEDED`, `OUT_OF_SCOPE_PERMISSION`.
pub async fn create(unit: &mut UnitOfWork, draft: EndpointDraft) -> Result<(Model, SecretString), WriteError> {
    // Authority is asked for first by everybody who asks for both.
    let authority = Authority::of_writer(unit).await?;
    wait(unit).await?;
    let known = visibility::writable_by(unit.viewer()).count(unit.db()).await?;
    if known >= ENDPOINTS as u64 {
        return Err(UserError::limit("", ENDPOINTS, ENDPOINTS + 1, "endpoints").into());
    }
    // As others see it, for whom this unit of work has not happened yet.
    let begin = Mark::now(unit.call().db()).await?;
    let id = unit.new_id();
    let (secret, sealed) = new_secret(unit, id)?;
    let row = Model {
        id,
        url: draft.url,
        description: draft.description,
        topics: json!(draft.topics),
        payload_query: draft.payload_query,
        permissions: json!(draft.permissions),
        secret: sealed,
        secret_hint: signature::hint(secret.expose_secret()),
        previous_secret: None,
        previous_expires_at: None,
        state: State::Active,
        disabled_because: None,
        paused_until: None,
        made_after: begin.written(),
        created_by: unit.viewer().staff_user(),
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    check_gift(&authority, &row)?;
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    let changes = diff(None, Some(&row));
    note(unit, "webhook_endpoint.created", &row, changes);
    Ok((row, secret))
}

/// Changes an endpoint. What its payload query may see, before and after, must be what the writer may see, unless nothing
/// changes but the description, or it is switched off and stays as it is otherwise.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `OUT_OF_SCOPE_PERMISSION`.
pub async fn update(
    unit: &mut UnitOfWork,
    id: WebhookEndpointId,
    expected_version: Option<i32>,
    change: EndpointChange,
) -> Result<Model, WriteError> {
    let authority = Authority::of_writer(unit).await?;
    let before = find(unit, id, expected_version).await?;
    let mut after = change.applied_to(&before);
    if after == before {
        return Ok(before);
    }
    let mut harmless = Model {
        description: after.description.clone(),
        ..before.clone()
    };
    if after.state == State::Disabled {
        harmless.state = after.state;
        harmless.disabled_because.clone_from(&after.disabled_because);
    }
    if after != harmless {
        // Of what it may see now, too: a query of somebody's own would be asked with it.
        check_gift(&authority, &before)?;
        check_gift(&authority, &after)?;
    }
    save(unit, &before, &mut after).await?;
    Ok(after)
}

/// The endpoint, for whoever has it told something now: they must be allowed what it may see, and so must whoever gets a
/// secret of it, with which messages can be made up.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `OUT_OF_SCOPE_PERMISSION`.
pub async fn trusted(
    unit: &UnitOfWork,
    id: WebhookEndpointId,
    expected_version: Option<i32>,
) -> Result<Model, WriteError> {
    let authority = Authority::of_writer(unit).await?;
    let row = find(unit, id, expected_version).await?;
    check_gift(&authority, &row)?;
    Ok(row)
}

/// Gives an endpoint another secret. For a day both sign.
///
/// # Errors
/// As for [`trusted`].
pub async fn rotate(
    unit: &mut UnitOfWork,
    id: WebhookEndpointId,
    expected_version: Option<i32>,
) -> Result<(Model, SecretString), WriteError> {
    let before = trusted(unit, id, expected_version).await?;
    let (secret, sealed) = new_secret(unit, id)?;
    let mut after = Model {
        secret: sealed,
        secret_hint: signature::hint(secret.expose_secret()),
        previous_secret: Some(before.secret.clone()),
        previous_expires_at: Some(unit.now() + ROTATION),
        ..before.clone()
    };
    save(unit, &before, &mut after).await?;
    Ok((after, secret))
}

/// Forgets an endpoint, with all that waits for it.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`.
pub async fn delete(
    unit: &mut UnitOfWork,
    id: WebhookEndpointId,
    expected_version: Option<i32>,
) -> Result<WebhookEndpointId, WriteError> {
    wait(unit).await?;
    let row = find(unit, id, expected_version).await?;
    Entity::delete_by_id(id).exec(unit.db()).await?;
    let ended = Model {
        version: row.version + 1,
        ..row.clone()
    };
    note(unit, "webhook_endpoint.deleted", &ended, diff(Some(&row), None));
    Ok(id)
}

/// Notes that an endpoint has said that it is gone: it is told no more.
///
/// # Errors
/// Faults.
pub(super) async fn note_gone(unit: &mut UnitOfWork, id: WebhookEndpointId) -> Result<(), WriteError> {
    let found = Entity::find_by_id(id).lock_exclusive().one(unit.db()).await?;
    let Some(before) = found.filter(|row| row.state == State::Active) else {
        return Ok(());
    };
    let mut after = Model {
        state: State::Disabled,
        disabled_because: Some(Reason::Gone),
        ..before.clone()
    };
    save(unit, &before, &mut after).await
}

/// Notes that somebody had so many deliveries of an endpoint sent once more.
pub(super) fn note_replay(unit: &mut UnitOfWork, row: &Model, count: usize) {
    let changes = vec![FieldChange {
        path: "deliveries".to_owned(),
        before: Json::Null,
        after: json!(count),
    }];
    unit.record(Record {
        begins: false,
        ..record("webhook_endpoint.replayed", row, changes)
    });
}

/// Lets every endpoint be told of all that is read from now on: places in the outbox mean nothing any more, because the
/// database comes from another server.
///
/// # Errors
/// Faults.
pub async fn forget_places(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::MadeAfter, Expr::val(""))
        .exec(db)
        .await?;
    Ok(())
}

pub(super) async fn find(
    unit: &UnitOfWork,
    id: WebhookEndpointId,
    expected_version: Option<i32>,
) -> Result<Model, WriteError> {
    let row = visibility::writable_by(unit.viewer())
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("id", "webhook endpoint"))?;
    if expected_version.is_some_and(|version| version != row.version) {
        return Err(UserError::conflict(row.version).into());
    }
    Ok(row)
}

async fn save(unit: &mut UnitOfWork, before: &Model, after: &mut Model) -> Result<(), WriteError> {
    after.version += 1;
    after.updated_at = unit.now();
    Entity::update(after.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    let changes = diff(Some(before), Some(after));
    note(unit, "webhook_endpoint.updated", after, changes);
    Ok(())
}

fn check_gift(authority: &Authority, row: &Model) -> Result<(), UserError> {
    let permissions = Permissions::stored(&row.permissions);
    authority.check_gift("permissions", permissions, &FieldMasks::new())
}

/// A new secret, encrypted and as it is shown.
fn new_secret(unit: &UnitOfWork, id: WebhookEndpointId) -> Result<(SecretString, String), WriteError> {
    let made = standard_webhooks::new_secret(&unit.call().sealer, &id.to_string());
    Ok(made.map_err(|error| DbErr::Custom(error.to_string()))?)
}

fn note(unit: &mut UnitOfWork, topic: &'static str, row: &Model, changes: Vec<FieldChange>) {
    unit.record(record(topic, row, changes));
}

fn record(topic: &'static str, row: &Model, changes: Vec<FieldChange>) -> Record {
    Record {
        topic: Topic(topic),
        subject: row.id.uuid(),
        begins: row.version == 1,
        object: row.id.to_string(),
        version: row.version,
        changes,
    }
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("url", json!(self.url)),
            ("description", json!(self.description)),
            ("topics", self.topics.clone()),
            ("payloadQuery", json!(self.payload_query)),
            ("permissions", self.permissions.clone()),
            ("secretHint", json!(self.secret_hint)),
            ("state", json!(self.state)),
            ("disabledBecause", json!(self.disabled_because)),
        ]
    }
}

impl ReadBack for Model {
    type Id = WebhookEndpointId;

    fn id(&self) -> WebhookEndpointId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        None
    }

    async fn read_back(call: &Call, ids: Vec<WebhookEndpointId>) -> Result<Vec<Self>, DbErr> {
        visibility::writable_by(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}
