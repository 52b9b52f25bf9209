//! `roleDelete`: a role that nobody has is gone.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::RoleId;

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Plain, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct RoleDeleteMutation;

/// The role to delete.
#[derive(Debug, InputObject)]
pub struct RoleDeleteInput {
    /// The role.
    id: Id<RoleId>,
    /// Delete only if this is still the version.
    expected_version: Option<i32>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// What `roleDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct RoleDeletePayload {
    /// The role that is gone; null when there are user errors.
    deleted_role_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl RoleDeleteMutation {
    /// Deletes a role that no staff user has and from which no role inherits. Requires `staff:write`.
    #[graphql(
        guard = "guard::staff_write",
        visible = "guard::shows::staff_write",
        tag = "admin",
        requires_scopes = "staff:write"
    )]
    async fn role_delete(&self, ctx: &Context<'_>, input: RoleDeleteInput) -> Result<Option<RoleDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("roleDelete", input.idempotency_key, input.dry_run, input.reason)?;
        let (id, version) = (input.id.0, input.expected_version);
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Plain(service::delete(unit, id, version).await?))
            })
            .await;
        let (deleted, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(RoleDeletePayload {
            deleted_role_id: deleted.map(|Plain(id)| id.to_string().into()),
            user_errors,
            dry_run,
        }))
    }
}
