//! `workflowDelete`: a workflow is forgotten.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::WorkflowId;

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Plain, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct WorkflowDeleteMutation;

/// The workflow to forget.
#[derive(Debug, InputObject)]
pub struct WorkflowDeleteInput {
    /// The workflow.
    id: Id<WorkflowId>,
    /// Delete only if this is still the version.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// What `workflowDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct WorkflowDeletePayload {
    /// The workflow that is gone; null when there are user errors.
    deleted_workflow_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl WorkflowDeleteMutation {
    /// Forgets a workflow. Jobs of it that are not finished fail, and undo nothing: disable it instead, and wait, where
    /// that matters. Requires `hooks:write`.
    #[graphql(
        guard = "guard::hooks_write",
        visible = "guard::shows::hooks_write",
        tag = "admin",
        requires_scopes = "hooks:write"
    )]
    async fn workflow_delete(
        &self,
        ctx: &Context<'_>,
        input: WorkflowDeleteInput,
    ) -> Result<Option<WorkflowDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("workflowDelete", input.idempotency_key, input.dry_run, None)?;
        let (id, version) = (input.id.0, input.expected_version);
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Plain(service::delete(unit, id, version).await?))
            })
            .await;
        let (deleted, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(WorkflowDeletePayload {
            deleted_workflow_id: deleted.map(|Plain(id)| id.to_string().into()),
            user_errors,
            dry_run,
        }))
    }
}
