//! The steps of a workflow, as its row and its jobs hold them.

use serde::{Deserialize, Serialize};

/// A step of a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Its name, which no other step of the workflow has; at most 64 characters.
    pub name: String,
    /// Where it is taken, at most 1000 characters.
    pub url: String,
    /// Where it is undone.
    pub compensate_url: Option<String>,
    /// For how long it is waited for, in milliseconds: 100 to 10000.
    pub timeout_milliseconds: u32,
    /// How often it is tried: 1 to 20.
    pub attempts: u32,
}
