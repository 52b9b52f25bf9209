//! Workflows: steps that are taken in order when something happens, and undone in reverse order when a later one cannot
//! be taken.
//!
//! When an event of one of its topics is read from the outbox, a job `workflow.run` is put into the queue, once for each
//! event and workflow ([`trigger`]). The job ([`Conductor`]) takes the steps one after the other, each with a signed request
//! (Standard Webhooks): `{"type": "step", "workflow", "step", "event", "answers"}`, where `answers` holds what the steps
//! before it have answered. It remembers after each what is done, so that another process goes on with the next when this
//! one dies. A step may therefore be asked for twice, under the same `webhook-id`. A step that answers anything but 2xx is
//! tried again as often as it says; a status of 400 to 499 says that trying again is of no use, but for 408, 425 and 429.
//! Then the steps that were taken are undone, the last one first, by requests of the type `compensate` to their own
//! addresses for it, each tried up to ten times.
//!
//! Events of jobs begin no workflow: one would begin the next for ever.

mod conductor;
mod loader;
mod object;
mod query;
pub mod service;
mod step;
pub mod trigger;
pub mod visibility;
mod workflow_delete;
mod workflow_upsert;

pub use conductor::Conductor;
pub use loader::WorkflowById;
pub use object::Workflow;
pub use query::WorkflowQuery;
pub use step::Step;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct WorkflowMutation(
    workflow_upsert::WorkflowUpsertMutation,
    workflow_delete::WorkflowDeleteMutation,
);
