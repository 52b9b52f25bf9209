//! What the schema shows of a workflow.

use std::sync::Arc;

use async_graphql::{ID, Object, SimpleObject};
use entity::workflow::{Column, Model};

use super::{service, step::Step};
use crate::{
    auth::guard,
    graphql::{DateTime, KeyValue, ListNode, Listed},
};

/// A step of a workflow.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(visible = "guard::shows::admin")]
pub struct WorkflowStep {
    /// Its name, which no other step of the workflow has.
    name: String,
    /// Where it is taken.
    url: String,
    /// Where it is undone; null when there is nothing to undo.
    compensate_url: Option<String>,
    /// For how long it is waited for, in milliseconds.
    timeout_milliseconds: i32,
    /// How often it is tried.
    attempts: i32,
}

impl From<Step> for WorkflowStep {
    fn from(step: Step) -> Self {
        Self {
            name: step.name,
            url: step.url,
            compensate_url: step.compensate_url,
            timeout_milliseconds: i32::try_from(step.timeout_milliseconds).unwrap_or(i32::MAX),
            attempts: i32::try_from(step.attempts).unwrap_or(i32::MAX),
        }
    }
}

/// Steps that are taken in order when something happens.
#[derive(Clone, Debug)]
pub struct Workflow(pub Arc<Model>);

impl ListNode for Workflow {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::NameFolded => KeyValue::Text(self.name_folded.clone()),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}

impl From<Model> for Workflow {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// Steps that are taken in order when something happens, and undone in reverse order when a later one cannot be taken.
#[Object(visible = "guard::shows::admin", tag = "admin")]
impl Workflow {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name, unique whatever its case and accents.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The topics of the events that begin it.
    async fn topics(&self) -> Vec<String> {
        serde_json::from_value(self.0.topics.clone()).unwrap_or_default()
    }

    /// The steps in their order.
    async fn steps(&self) -> Vec<WorkflowStep> {
        service::steps(&self.0).into_iter().map(WorkflowStep::from).collect()
    }

    /// Whether events begin it at all.
    async fn is_enabled(&self) -> bool {
        self.0.is_enabled
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the workflow was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the workflow was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
