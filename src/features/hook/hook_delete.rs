//! `hookDelete`: a hook is forgotten.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::HookId;

use super::{registry::Registry, service};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Plain, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct HookDeleteMutation;

/// The hook to forget.
#[derive(Debug, InputObject)]
pub struct HookDeleteInput {
    /// The hook.
    id: Id<HookId>,
    /// Delete only if this is still the version.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// What `hookDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct HookDeletePayload {
    /// The hook that is gone; null when there are user errors.
    deleted_hook_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl HookDeleteMutation {
    /// Forgets a hook: it is asked and told no more, not even of what it was to be told before. Other processes of the
    /// service know of it after two seconds. Requires `hooks:write`.
    #[graphql(
        guard = "guard::hooks_write",
        visible = "guard::shows::hooks_write",
        tag = "admin",
        requires_scopes = "hooks:write"
    )]
    async fn hook_delete(&self, ctx: &Context<'_>, input: HookDeleteInput) -> Result<Option<HookDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("hookDelete", input.idempotency_key, input.dry_run, None)?;
        let (id, version) = (input.id.0, input.expected_version);
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Plain(service::delete(unit, id, version).await?))
            })
            .await;
        if let Some(registry) = ctx.data_opt::<Arc<Registry>>() {
            registry.forget();
        }
        let (deleted, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(HookDeletePayload {
            deleted_hook_id: deleted.map(|Plain(id)| id.to_string().into()),
            user_errors,
            dry_run,
        }))
    }
}
