//! `organizationDelete`: for good.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::OrganizationId;

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Plain, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrganizationDeleteMutation;

/// An organization to delete.
#[derive(Debug, InputObject)]
pub struct OrganizationDeleteInput {
    /// Which organization.
    id: Id<OrganizationId>,
    /// The organization's name, typed again; case and accents make no difference.
    confirm_name: String,
    /// The version that you have seen; when the organization has another by now, nothing is deleted.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers as the first time.
    idempotency_key: Option<String>,
}

/// What `organizationDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationDeletePayload {
    /// The id of the organization that is gone; null when there are user errors.
    deleted_organization_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl OrganizationDeleteMutation {
    /// Deletes an organization for good: its units with their addresses, its own roles, and its memberships. The
    /// customers stay, and order links stay without the organization. There is no way back. Requires
    /// `organizations:write`.
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_delete(
        &self,
        ctx: &Context<'_>,
        input: OrganizationDeleteInput,
    ) -> Result<Option<OrganizationDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationDelete", input.idempotency_key, input.dry_run, None)?;
        let (id, expected_version, confirm_name) = (input.id.0, input.expected_version, input.confirm_name);
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                service::delete(unit, id, expected_version, &confirm_name).await?;
                Ok::<_, WriteError>(Plain(id))
            })
            .await;
        let (deleted, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(OrganizationDeletePayload {
            deleted_organization_id: deleted.map(|Plain(id)| id.to_string().into()),
            user_errors,
            dry_run,
        }))
    }
}
