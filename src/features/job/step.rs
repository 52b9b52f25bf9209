//! The steps of a job that takes named ones, as it remembers them.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::Json;
use serde::{Deserialize, Serialize};

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StepState {
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

/// A step of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub state: StepState,
    /// How often it was tried, undoing included.
    pub attempts: i32,
    /// Why it was not taken or not undone, in words of ours.
    pub error: Option<String>,
    /// When its state changed last.
    pub at: Option<DateTime<Utc>>,
}

/// The steps in what a job remembers.
#[must_use]
pub fn steps(memory: &Json) -> Vec<StepRecord> {
    memory
        .get("steps")
        .and_then(|steps| serde_json::from_value(steps.clone()).ok())
        .unwrap_or_default()
}
