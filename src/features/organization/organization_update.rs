//! `organizationUpdate`: changes of one organization.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::id::OrganizationId;

use super::{
    input::OrganizationChangeFields,
    object::Organization,
    service::{self, OrganizationUpdate},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrganizationUpdateMutation;

/// Changes of an organization.
#[derive(Debug, InputObject)]
pub struct OrganizationUpdateInput {
    /// Which organization.
    id: Id<OrganizationId>,
    #[graphql(flatten)]
    change: OrganizationChangeFields,
    /// The id in another system; unique among organizations.
    external_id: MaybeUndefined<String>,
    /// The version that you have seen; when the organization has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `organizationUpdate` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationUpdatePayload {
    /// The organization as it is now; null when there are user errors.
    organization: Option<Organization>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl OrganizationUpdateMutation {
    /// Changes an organization. Requires `organizations:write`.
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_update(
        &self,
        ctx: &Context<'_>,
        input: OrganizationUpdateInput,
    ) -> Result<Option<OrganizationUpdatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationUpdate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let update = OrganizationUpdate {
            id: input.id.0,
            expected_version: input.expected_version,
            change: input.change.change(input.external_id, &mut complaints),
        };
        let written = match complaints.check(update) {
            Ok(update) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(service::update(unit, vec![update.clone()]).await?.remove(0)?)
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (organization, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(OrganizationUpdatePayload {
            organization: organization.map(Organization::from),
            user_errors,
            dry_run,
        }))
    }
}
