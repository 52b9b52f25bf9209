//! `workflowUpsert`: steps are taken in order when something happens.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::WorkflowId;
use secrecy::ExposeSecret;

use super::{
    object::Workflow,
    service::{self, WorkflowDraft},
    step::Step,
};
use crate::{
    auth::guard,
    features::hook::Registry,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, Once, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct WorkflowUpsertMutation;

/// A step of a workflow.
#[derive(Debug, InputObject)]
pub struct WorkflowStepInput {
    /// Its name, which no other step of the workflow has: 1 to 64 letters, digits, full stops, hyphens and underscores.
    name: String,
    /// Where it is taken: an address that begins with https, at most 1000 characters.
    url: String,
    /// Where it is undone; without it there is nothing to undo.
    compensate_url: Option<String>,
    /// For how long it is waited for, in milliseconds: 100 to 10000.
    #[graphql(default = 5000)]
    timeout_milliseconds: i32,
    /// How often it is tried: 1 to 20.
    #[graphql(default = 5)]
    attempts: i32,
}

impl From<WorkflowStepInput> for Step {
    fn from(input: WorkflowStepInput) -> Self {
        Self {
            name: input.name,
            url: input.url,
            compensate_url: input.compensate_url,
            timeout_milliseconds: u32::try_from(input.timeout_milliseconds).unwrap_or_default(),
            attempts: u32::try_from(input.attempts).unwrap_or_default(),
        }
    }
}

/// A workflow to keep: a new one, or with an id what is to change of one that there is.
#[derive(Debug, InputObject)]
pub struct WorkflowUpsertInput {
    /// The workflow; a new one without.
    id: Option<Id<WorkflowId>>,
    /// Change only if this is still the version.
    expected_version: Option<i32>,
    /// The name, unique whatever its case and accents. A new workflow must have it.
    name: Option<String>,
    /// The topics of the events that begin it, such as `customer.created`: 1 to 20. A new workflow must have them.
    topics: Option<Vec<String>>,
    /// The steps in their order: 1 to 10. A new workflow must have them. Those of jobs that were begun stay as they were.
    steps: Option<Vec<WorkflowStepInput>>,
    /// Whether events begin it at all: they do where nothing is said.
    is_enabled: Option<bool>,
    /// Make a new secret; the old one signs nothing any more.
    renew_secret: Option<bool>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
}

/// What `workflowUpsert` answers.
#[derive(Debug, SimpleObject)]
pub struct WorkflowUpsertPayload {
    /// The workflow; null when there are user errors.
    workflow: Option<Workflow>,
    /// The secret that signs requests to its steps (Standard Webhooks), shown this once; null when it is not new.
    secret: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl WorkflowUpsertMutation {
    /// Keeps a workflow, at most 100 of them. It is begun by what happens from now on. Requires `hooks:write`.
    #[graphql(
        guard = "guard::hooks_write",
        visible = "guard::shows::hooks_write",
        tag = "admin",
        requires_scopes = "hooks:write"
    )]
    async fn workflow_upsert(
        &self,
        ctx: &Context<'_>,
        input: WorkflowUpsertInput,
    ) -> Result<Option<WorkflowUpsertPayload>> {
        let call = ctx.call();
        let Some(registry) = ctx.data_opt::<Arc<Registry>>() else {
            return Ok(None);
        };
        // No idempotency key, not even from the header: secrets are never kept.
        let mut options = ctx.write_options("workflowUpsert", None, input.dry_run, input.reason)?;
        options.idempotency = None;
        let keeps = !options.dry_run;
        let mut complaints = Complaints::default();
        let name = match (input.id.is_some(), input.name) {
            (true, None) => None,
            (_, name) => Some(complaints.required_text("name", name, 255)),
        };
        let steps = input.steps.map(|steps| steps.into_iter().map(Step::from).collect());
        let draft = WorkflowDraft {
            id: input.id.map(|id| id.0),
            expected_version: input.expected_version,
            name,
            topics: input.topics,
            steps,
            is_enabled: input.is_enabled,
            renews_secret: input.renew_secret.unwrap_or_default(),
        };
        draft.check(&mut complaints, registry.allows_private());
        let written = match complaints.check(draft) {
            Ok(draft) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(Once(service::keep(unit, draft.clone()).await?))
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (kept, user_errors, dry_run) = payload(call, written)?;
        let (workflow, secret) = kept.map(|Once(kept)| kept).unzip();
        Ok(Some(WorkflowUpsertPayload {
            workflow: workflow.map(Workflow::from),
            secret: secret
                .flatten()
                .filter(|_| keeps)
                .map(|secret| secret.expose_secret().to_owned()),
            user_errors,
            dry_run,
        }))
    }
}
