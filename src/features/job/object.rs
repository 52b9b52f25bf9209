//! What the schema shows of a job.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object, SimpleObject};
use entity::job::{Column, Model, State};

use super::step::{self, StepRecord};
use crate::{
    auth::guard,
    graphql::{ActorRef, DateTime, KeyValue, ListNode, Listed},
};

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum JobState {
    /// It waits for its turn, or to be tried again.
    Queued,
    /// A process is at it.
    Running,
    /// All of it is done.
    Succeeded,
    /// A part of it could not be done.
    Partial,
    /// It was given up.
    Failed,
    /// Somebody did not want it any more.
    Cancelled,
}

impl From<State> for JobState {
    fn from(state: State) -> Self {
        match state {
            State::Queued => Self::Queued,
            State::Running => Self::Running,
            State::Succeeded => Self::Succeeded,
            State::Partial => Self::Partial,
            State::Failed => Self::Failed,
            State::Cancelled => Self::Cancelled,
        }
    }
}

impl From<JobState> for State {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Queued => Self::Queued,
            JobState::Running => Self::Running,
            JobState::Succeeded => Self::Succeeded,
            JobState::Partial => Self::Partial,
            JobState::Failed => Self::Failed,
            JobState::Cancelled => Self::Cancelled,
        }
    }
}

/// What became of a step of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "step::StepState")]
pub enum JobStepState {
    /// It has not been taken yet, or is to be tried again.
    Waiting,
    /// It was taken.
    Done,
    /// It could not be taken.
    Failed,
    /// It was taken, and undone since a later one could not be.
    Compensated,
    /// It was taken, and could not be undone.
    CompensationFailed,
}

/// A step of a job that takes named ones.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(visible = "guard::shows::admin")]
pub struct JobStep {
    /// Its name.
    name: String,
    /// What became of it.
    state: JobStepState,
    /// How often it was tried, undoing included.
    attempts: i32,
    /// Why it was not taken, or not undone.
    error: Option<String>,
    /// When its state changed last.
    changed_at: Option<DateTime>,
}

impl From<StepRecord> for JobStep {
    fn from(step: StepRecord) -> Self {
        Self {
            name: step.name,
            state: step.state.into(),
            attempts: step.attempts,
            error: step.error,
            changed_at: step.at.map(DateTime),
        }
    }
}

/// Work that goes on after the response.
#[derive(Clone, Debug)]
pub struct Job(pub Arc<Model>);

impl ListNode for Job {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::CreatedAt => self.created_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}

impl From<Model> for Job {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// Work that goes on after the response.
#[Object(visible = "guard::shows::admin", tag = "admin")]
impl Job {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Which work it is, such as `sweep.sessions` or `workflow.run`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// What became of it.
    async fn state(&self) -> JobState {
        self.0.state.into()
    }

    /// How many parts of it are done, well or not.
    async fn done(&self) -> i32 {
        self.0.done
    }

    /// How many parts it has; null as long as nobody knows.
    async fn total(&self) -> Option<i32> {
        self.0.total
    }

    /// How many parts were done well.
    async fn succeeded(&self) -> i32 {
        self.0.succeeded
    }

    /// How many parts could not be done.
    async fn failed(&self) -> i32 {
        self.0.failed
    }

    /// The steps of a job that takes named ones, such as a workflow, in their order.
    async fn steps(&self) -> Vec<JobStep> {
        step::steps(&self.0.memory).into_iter().map(JobStep::from).collect()
    }

    /// How often it was begun without coming to its end.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// Why the last attempt failed.
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }

    /// When it is begun, or begun again; null when it is running or finished.
    async fn next_run_at(&self) -> Option<DateTime> {
        self.0
            .next_run_at
            .filter(|_| self.0.state == State::Queued)
            .map(DateTime)
    }

    /// When somebody asked that it be cancelled.
    async fn cancel_requested_at(&self) -> Option<DateTime> {
        self.0.cancel_requested_at.map(DateTime)
    }

    /// Who caused it.
    async fn created_by(&self) -> ActorRef {
        ActorRef::of(&self.0.created_by_type, self.0.created_by_id)
    }

    /// Grows by one with each change of the state.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was put into the queue.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was begun first.
    async fn started_at(&self) -> Option<DateTime> {
        self.0.started_at.map(DateTime)
    }

    /// When it was finished.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }
}
