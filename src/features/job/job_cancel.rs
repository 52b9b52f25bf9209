//! `jobCancel`: a job is not wanted any more.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::JobId;

use super::{object::Job, service};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::UnitOfWork,
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct JobCancelMutation;

/// The job to cancel.
#[derive(Debug, InputObject)]
pub struct JobCancelInput {
    /// The job.
    id: Id<JobId>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `jobCancel` answers.
#[derive(Debug, SimpleObject)]
pub struct JobCancelPayload {
    /// The job; null when there are user errors.
    job: Option<Job>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl JobCancelMutation {
    /// Cancels a job: at once when it waits, and after its present step when it is running. What it has done stays done. Requires `jobs:write`.
    #[graphql(
        guard = "guard::jobs_write",
        visible = "guard::shows::jobs_write",
        tag = "admin",
        requires_scopes = "jobs:write"
    )]
    async fn job_cancel(&self, ctx: &Context<'_>, input: JobCancelInput) -> Result<Option<JobCancelPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("jobCancel", input.idempotency_key, input.dry_run, input.reason)?;
        let id = input.id.0;
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                service::cancel(unit, id).await
            })
            .await;
        let (job, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(JobCancelPayload {
            job: job.map(Job::from),
            user_errors,
            dry_run,
        }))
    }
}
