//! `jobRetry`: a job is tried again.

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
pub struct JobRetryMutation;

/// The job to retry.
#[derive(Debug, InputObject)]
pub struct JobRetryInput {
    /// The job.
    id: Id<JobId>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `jobRetry` answers.
#[derive(Debug, SimpleObject)]
pub struct JobRetryPayload {
    /// The job; null when there are user errors.
    job: Option<Job>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl JobRetryMutation {
    /// Puts a job back into the queue that has failed or was cancelled; it goes on where it was. Requires `jobs:write`.
    #[graphql(
        guard = "guard::jobs_write",
        visible = "guard::shows::jobs_write",
        tag = "admin",
        requires_scopes = "jobs:write"
    )]
    async fn job_retry(&self, ctx: &Context<'_>, input: JobRetryInput) -> Result<Option<JobRetryPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("jobRetry", input.idempotency_key, input.dry_run, input.reason)?;
        let id = input.id.0;
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                service::retry(unit, id).await
            })
            .await;
        let (job, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(JobRetryPayload {
            job: job.map(Job::from),
            user_errors,
            dry_run,
        }))
    }
}
