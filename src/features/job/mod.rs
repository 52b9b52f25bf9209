//! Jobs: work that goes on after the response.
//!
//! The room owns the queue, and promises that a job is put into it together with what caused it or not at all
//! ([`service::enqueue`]), that one process at a time is at it, that a job whose process has died is taken up again
//! after its lease, and that what a job did is kept together with how far it is: a job that runs again goes on where it
//! was, and does nothing twice ([`JobContext::step`]). Whoever lost the lease of a job writes nothing about it any more.
//! The [`crate::background::Runner`] runs them.
//!
//! It is our own and no crate's: those that were looked at bring tables, connections and transactions of their own
//! (apalis-sql), or know PostgreSQL alone (underway, sqlxmq). None can put a job into the transaction of a
//! [`crate::work::UnitOfWork`], which is what makes it certain, and on both databases.
//!
//! A job's input is ids and versions. What others answer on the way may be about a person: it is kept apart, goes when
//! the job is finished, and before that with the customer.

mod context;
mod handler;
mod job_cancel;
mod job_retry;
mod loader;
mod object;
mod query;
pub mod queue;
pub mod service;
pub mod step;
pub mod visibility;

pub use context::{JobContext, Progress, Signals};
pub(crate) use handler::Handler;
pub use handler::{JobError, JobHandler, JobHandlers};
pub use loader::JobById;
pub use object::Job;
pub use query::JobQuery;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct JobMutation(job_cancel::JobCancelMutation, job_retry::JobRetryMutation);
