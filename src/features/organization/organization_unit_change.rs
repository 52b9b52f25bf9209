//! `organizationUnitUpdate` and `organizationUnitDelete`.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::id::OrganizationUnitId;

use super::{
    input::required_change,
    object::OrganizationUnit,
    service::{self, UnitChange},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, change, payload},
    work::{Complaints, Plain, UnitOfWork, WriteError},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct OrganizationUnitChangeMutation;

/// Changes of a unit: a field that is left out stays as it is.
#[derive(Debug, InputObject)]
pub struct OrganizationUnitUpdateInput {
    /// Which unit.
    id: Id<OrganizationUnitId>,
    /// The name. It cannot be cleared.
    name: MaybeUndefined<String>,
    /// The unit above, to move this one with all that is below it.
    parent_id: MaybeUndefined<Id<OrganizationUnitId>>,
    /// The version that you have seen; when the unit has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `organizationUnitUpdate` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationUnitUpdatePayload {
    /// The unit as it is now; null when there are user errors.
    unit: Option<OrganizationUnit>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// A unit to delete.
#[derive(Debug, InputObject)]
pub struct OrganizationUnitDeleteInput {
    /// Which unit.
    id: Id<OrganizationUnitId>,
    /// The version that you have seen; when the unit has another by now, nothing is deleted.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers as the first time.
    idempotency_key: Option<String>,
}

/// What `organizationUnitDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationUnitDeletePayload {
    /// The id of the unit that is gone; null when there are user errors.
    deleted_unit_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl OrganizationUnitChangeMutation {
    /// Renames a unit or moves it. The root cannot be moved, and no unit below itself. Requires
    /// `organizations:write`.
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_unit_update(
        &self,
        ctx: &Context<'_>,
        input: OrganizationUnitUpdateInput,
    ) -> Result<Option<OrganizationUnitUpdatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationUnitUpdate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let (id, expected_version) = (input.id.0, input.expected_version);
        let unit_change = UnitChange {
            name: required_change("name", input.name, &mut complaints),
            parent: change(input.parent_id).map(|id| id.0),
        };
        let written = match complaints.check(unit_change) {
            Ok(unit_change) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::update_unit(unit, id, expected_version, unit_change.clone()).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (unit, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(OrganizationUnitUpdatePayload {
            unit: unit.map(OrganizationUnit::from),
            user_errors,
            dry_run,
        }))
    }

    /// Deletes a unit with its addresses. The root stays as long as the organization, and a unit with others below it
    /// or with members stays, too. Requires `organizations:write`.
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_unit_delete(
        &self,
        ctx: &Context<'_>,
        input: OrganizationUnitDeleteInput,
    ) -> Result<Option<OrganizationUnitDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationUnitDelete", input.idempotency_key, input.dry_run, None)?;
        let (id, expected_version) = (input.id.0, input.expected_version);
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                service::delete_unit(unit, id, expected_version).await?;
                Ok::<_, WriteError>(Plain(id))
            })
            .await;
        let (deleted, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(OrganizationUnitDeletePayload {
            deleted_unit_id: deleted.map(|Plain(id)| id.to_string().into()),
            user_errors,
            dry_run,
        }))
    }
}
