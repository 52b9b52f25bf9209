//! The rules about workflows.

use std::collections::HashSet;

use entity::{
    id::{PrefixedId, WorkflowId},
    workflow::{Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
    entity::prelude::Json,
};
use secrecy::SecretString;
use serde_json::json;

use super::{step::Step, trigger, visibility};
use crate::{
    outbound::is_internet_url,
    standard_webhooks,
    text::fold,
    work::{Complaints, ErrorCode, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError, snapshot::diff},
};

/// The most workflows that there may be.
pub const WORKFLOWS: usize = 100;

/// The most steps of a workflow.
pub const STEPS: usize = 10;

/// The most topics of a workflow.
pub const TOPICS: usize = 20;

/// A workflow to keep; what is `None` stays as it is, or is as usual.
#[derive(Clone, Debug)]
pub struct WorkflowDraft {
    /// Which; a new one without.
    pub id: Option<WorkflowId>,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// Name.
    pub name: Option<String>,
    /// The topics of the events that begin it.
    pub topics: Option<Vec<String>>,
    /// The steps in their order.
    pub steps: Option<Vec<Step>>,
    /// Whether events begin it at all.
    pub is_enabled: Option<bool>,
    /// Whether it gets a new secret.
    pub renews_secret: bool,
}

impl WorkflowDraft {
    /// Complains about what is wrong with it.
    pub fn check(&self, complaints: &mut Complaints, allows_private: bool) {
        let mut require = |holds: bool, code: ErrorCode, path: &str, message: &'static str| {
            if !holds {
                complaints.add(UserError::new(code, path, message));
            }
        };
        if self.id.is_none() {
            require(self.topics.is_some(), ErrorCode::Required, "topics", "Fill this in.");
            require(self.steps.is_some(), ErrorCode::Required, "steps", "Fill this in.");
        }
        if let Some(topics) = &self.topics {
            let message = "A workflow has 1 to 20 topics.";
            require(
                (1..=TOPICS).contains(&topics.len()),
                ErrorCode::Invalid,
                "topics",
                message,
            );
            for (place, topic) in topics.iter().take(TOPICS).enumerate() {
                let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte);
                let is_topic = (1..=64).contains(&topic.len()) && topic.bytes().all(plain);
                let message =
                    "This is not the topic of an event, such as customer.created. Events of jobs begin no workflow.";
                let holds = is_topic && !topic.starts_with("job.");
                require(holds, ErrorCode::Invalid, &format!("topics.{place}"), message);
            }
        }
        let Some(steps) = &self.steps else { return };
        let message = "A workflow has 1 to 10 steps.";
        require((1..=STEPS).contains(&steps.len()), ErrorCode::Invalid, "steps", message);
        let mut names = HashSet::new();
        for (place, step) in steps.iter().take(STEPS).enumerate() {
            let at = |field: &str| format!("steps.{place}.{field}");
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            let is_name = (1..=64).contains(&step.name.len()) && step.name.bytes().all(plain);
            let message = "The name of a step has 1 to 64 letters, digits, full stops, hyphens and underscores.";
            require(is_name, ErrorCode::Invalid, &at("name"), message);
            let message = "Another step has this name.";
            require(
                names.insert(&step.name),
                ErrorCode::DuplicatedInputItem,
                &at("name"),
                message,
            );
            let message =
                "This must be an address on the internet that begins with https://, of at most 1000 characters.";
            let is_url = |url: &str| url.chars().count() <= 1_000 && is_internet_url(url, allows_private);
            require(is_url(&step.url), ErrorCode::Invalid, &at("url"), message);
            let is_fine = step.compensate_url.as_deref().is_none_or(is_url);
            require(is_fine, ErrorCode::Invalid, &at("compensateUrl"), message);
            let is_patience = (100..=10_000).contains(&step.timeout_milliseconds);
            let message = "Between 100 and 10000 milliseconds are possible.";
            require(is_patience, ErrorCode::Invalid, &at("timeoutMilliseconds"), message);
            let message = "Between 1 and 20 attempts are possible.";
            require(
                (1..=20).contains(&step.attempts),
                ErrorCode::Invalid,
                &at("attempts"),
                message,
            );
        }
    }
}

/// The steps in a row.
#[must_use]
pub fn steps(row: &Model) -> Vec<Step> {
    serde_json::from_value(row.steps.clone()).unwrap_or_default()
}

/// A workflow, and its secret where that is new.
pub type Kept = (Model, Option<SecretString>);

/// Keeps a workflow.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `NAME_TAKEN`, `LIMIT_EXCEEDED`.
pub async fn keep(unit: &mut UnitOfWork, draft: WorkflowDraft) -> Result<Kept, WriteError> {
    unit.wait_in_line("workflows").await?;
    // Nothing that happened while there was no workflow begins one.
    trigger::skip(unit, 0).await?;
    match draft.id {
        Some(id) => update(unit, id, draft).await,
        None => create(unit, draft).await,
    }
}

async fn create(unit: &mut UnitOfWork, draft: WorkflowDraft) -> Result<Kept, WriteError> {
    let kept = visibility::writable_by(unit.viewer()).count(unit.db()).await?;
    if kept >= WORKFLOWS as u64 {
        return Err(UserError::limit("", WORKFLOWS, WORKFLOWS + 1, "workflows").into());
    }
    let id: WorkflowId = unit.new_id();
    let (secret, sealed_secret) = new_secret(unit, id)?;
    let name = draft.name.unwrap_or_default();
    let row = Model {
        id,
        name_folded: fold(&name),
        name,
        topics: json!(draft.topics.unwrap_or_default()),
        steps: json!(draft.steps.unwrap_or_default()),
        sealed_secret,
        is_enabled: draft.is_enabled.unwrap_or(true),
        enabled_at: unit.now(),
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    check_name(unit, &row).await?;
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    record(unit, "workflow.created", None, Some(&row));
    Ok((row, Some(secret)))
}

async fn update(unit: &mut UnitOfWork, id: WorkflowId, draft: WorkflowDraft) -> Result<Kept, WriteError> {
    let before = find(unit, id, draft.expected_version).await?;
    let mut after = before.clone();
    if let Some(name) = draft.name {
        after.name_folded = fold(&name);
        after.name = name;
        check_name(unit, &after).await?;
    }
    if let Some(topics) = draft.topics {
        after.topics = json!(topics);
    }
    if let Some(steps) = draft.steps {
        after.steps = json!(steps);
    }
    after.is_enabled = draft.is_enabled.unwrap_or(after.is_enabled);
    if after.is_enabled && !before.is_enabled {
        after.enabled_at = unit.now();
    }
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
    record(unit, "workflow.updated", Some(&before), Some(&after));
    Ok((after, secret))
}

/// Forgets a workflow. Jobs of it that are not finished fail, and undo nothing.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`.
pub async fn delete(
    unit: &mut UnitOfWork,
    id: WorkflowId,
    expected_version: Option<i32>,
) -> Result<WorkflowId, WriteError> {
    let row = find(unit, id, expected_version).await?;
    Entity::delete_by_id(id).exec(unit.db()).await?;
    record(unit, "workflow.deleted", Some(&row), None);
    Ok(id)
}

async fn find(unit: &UnitOfWork, id: WorkflowId, expected_version: Option<i32>) -> Result<Model, WriteError> {
    let row = visibility::writable_by(unit.viewer())
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("id", "workflow"))?;
    if expected_version.is_some_and(|version| version != row.version) {
        return Err(UserError::conflict(row.version).into());
    }
    Ok(row)
}

async fn check_name(unit: &UnitOfWork, row: &Model) -> Result<(), WriteError> {
    let taken = visibility::writable_by(unit.viewer())
        .filter(Column::NameFolded.eq(&row.name_folded))
        .filter(Column::Id.ne(row.id))
        .count(unit.db())
        .await?;
    if taken > 0 {
        let message = "Another workflow has this name. Choose another name, or change that one.";
        return Err(UserError::new(ErrorCode::NameTaken, "name", message).into());
    }
    Ok(())
}

fn new_secret(unit: &UnitOfWork, id: WorkflowId) -> Result<(SecretString, String), DbErr> {
    standard_webhooks::new_secret(&unit.call().sealer, &id.to_string())
        .map_err(|error| DbErr::Custom(error.to_string()))
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
            ("name", json!(self.name)),
            ("topics", self.topics.clone()),
            ("steps", self.steps.clone()),
            ("isEnabled", json!(self.is_enabled)),
        ]
    }
}
