//! `organizationUnitCreate`: a new division or location.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::{OrganizationId, OrganizationUnitId};

use super::{input::NAME, object::OrganizationUnit, service};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, UnitOfWork},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrganizationUnitCreateMutation;

/// A new unit.
#[derive(Debug, InputObject)]
pub struct OrganizationUnitCreateInput {
    /// Which organization.
    organization_id: Id<OrganizationId>,
    /// The unit above; the root when none is given.
    parent_id: Option<Id<OrganizationUnitId>>,
    /// The name.
    name: String,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key creates nothing twice.
    idempotency_key: Option<String>,
}

/// What `organizationUnitCreate` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationUnitCreatePayload {
    /// The new unit; null when there are user errors, and for a dry run.
    unit: Option<OrganizationUnit>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl OrganizationUnitCreateMutation {
    /// Creates a unit of an organization. Requires `organizations:write`.
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_unit_create(
        &self,
        ctx: &Context<'_>,
        input: OrganizationUnitCreateInput,
    ) -> Result<Option<OrganizationUnitCreatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationUnitCreate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let organization = input.organization_id.0;
        let parent = input.parent_id.map(|id| id.0);
        let name = complaints.required_text("name", Some(input.name), NAME);
        let written = match complaints.check(name) {
            Ok(name) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::create_unit(unit, organization, parent, name.clone()).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (unit, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(OrganizationUnitCreatePayload {
            unit: unit.filter(|_| dry_run.is_none()).map(OrganizationUnit::from),
            user_errors,
            dry_run,
        }))
    }
}
