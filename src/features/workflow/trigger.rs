//! Events begin workflows.

use chrono::{DateTime, Utc};
use entity::{
    id::{CustomerId, PrefixedId, WorkflowId},
    workflow::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::{service, step::Step};
use crate::{
    features::job::service::{self as jobs, NewJob},
    work::{
        ReadConnection, UnitOfWork,
        outbox::{self, Event, Mark},
        outbox_reader::{self, Begin},
        outbox_subject,
    },
};

/// The kind of the jobs.
pub(super) const KIND: &str = "workflow.run";

/// Under which name the outbox is read.
pub const READER: &str = "workflows";

/// How many events are read at once.
const PAGE: u64 = 200;

/// What a job is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub(super) workflow_id: WorkflowId,
    pub(super) event: Happening,
}

/// An event as steps are told of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Happening {
    id: String,
    topic: String,
    at: DateTime<Utc>,
    object_id: String,
    /// The customer to whose history the event belongs, where it is one about a customer.
    customer_id: Option<CustomerId>,
    object_version: i32,
    changed_paths: Vec<String>,
}

impl Happening {
    fn of(event: &Event, customer: Option<CustomerId>) -> Self {
        Self {
            id: event.id.to_string(),
            topic: event.topic.clone(),
            at: event.at,
            object_id: event.object.clone(),
            customer_id: customer,
            object_version: event.version,
            changed_paths: event.changed_paths.iter().take(100).cloned().collect(),
        }
    }
}

/// What became of a look at the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Whether there are more events at once.
    pub has_more: bool,
    /// Whether there are some that may not be read yet.
    pub holds_back: bool,
}

/// Whether there is a workflow that events begin.
///
/// # Errors
/// Faults.
pub async fn is_any_enabled(db: &ReadConnection) -> Result<bool, DbErr> {
    Ok(Entity::find().filter(Column::IsEnabled.eq(true)).count(db).await? > 0)
}

/// Puts a job into the queue for each workflow that the next events begin.
///
/// # Errors
/// Faults.
pub async fn look(unit: &mut UnitOfWork) -> Result<Looked, DbErr> {
    let Some(cursor) = outbox_reader::claim(unit, READER, Begin::Now).await? else {
        return Ok(Looked::default());
    };
    let workflows = enabled(unit).await?;
    let page = outbox::events_after(unit.db(), cursor, PAGE).await?;
    let mut new = Vec::new();
    let kinds = outbox_subject::kinds(unit.db(), &page.events).await?;
    for event in &page.events {
        let customer = (outbox_subject::kind(&kinds, event) == CustomerId::PREFIX).then_some(CustomerId(event.subject));
        for (workflow, topics, steps) in &workflows {
            if topics.contains(&event.topic) && event.at >= workflow.enabled_at {
                let run = Run {
                    workflow_id: workflow.id,
                    event: Happening::of(event, customer),
                };
                new.push(NewJob {
                    kind: KIND,
                    input: serde_json::to_value(run).unwrap_or_default(),
                    total: Some(*steps),
                    schedule_key: Some(format!("{}@{}", workflow.id, event.id)),
                    customer,
                    ..NewJob::default()
                });
            }
        }
    }
    jobs::enqueue(unit, new).await?;
    if page.next != cursor {
        outbox_reader::advance(unit, READER, page.next).await?;
    }
    Ok(Looked {
        has_more: page.has_more,
        holds_back: page.holds_back,
    })
}

async fn enabled(unit: &UnitOfWork) -> Result<Vec<(Model, Vec<String>, i32)>, DbErr> {
    let rows = Entity::find().filter(Column::IsEnabled.eq(true)).all(unit.db()).await?;
    let read = rows.into_iter().map(|row| {
        let topics = serde_json::from_value(row.topics.clone()).unwrap_or_default();
        let steps: Vec<Step> = service::steps(&row);
        (row, topics, i32::try_from(steps.len()).unwrap_or_default())
    });
    Ok(read.collect())
}

/// Passes over all events so far where no workflow wants them, so that they need not be kept for this reader; answers
/// that nothing is removed.
///
/// # Errors
/// Faults.
pub async fn skip(unit: &UnitOfWork, _: u64) -> Result<u64, DbErr> {
    let is_wanted = Entity::find()
        .filter(Column::IsEnabled.eq(true))
        .count(unit.db())
        .await?
        > 0;
    if !is_wanted && outbox_reader::claim(unit, READER, Begin::Now).await?.is_some() {
        let now = Mark::now(unit.db()).await?.cursor();
        outbox_reader::advance(unit, READER, now).await?;
    }
    Ok(0)
}
