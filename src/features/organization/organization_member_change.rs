//! `organizationMemberRemove`, `organizationMemberRolesSet` and `organizationMemberUnitsSet`.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::{OrganizationMemberId, OrganizationUnitId};

use super::{
    input::{roles, units},
    object::OrganizationMember,
    service,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, Plain, UnitOfWork, WriteError},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct OrganizationMemberChangeMutation;

/// A member to remove.
#[derive(Debug, InputObject)]
pub struct OrganizationMemberRemoveInput {
    /// Which member.
    id: Id<OrganizationMemberId>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers as the first time.
    idempotency_key: Option<String>,
}

/// What `organizationMemberRemove` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationMemberRemovePayload {
    /// The id of the membership that is gone; null when there are user errors.
    removed_member_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// The roles of a member.
#[derive(Debug, InputObject)]
pub struct OrganizationMemberRolesSetInput {
    /// Which member.
    id: Id<OrganizationMemberId>,
    /// The roles that the member is to have, each by handle or id; at least one.
    roles: Vec<String>,
    /// The version that you have seen; when the member has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `organizationMemberRolesSet` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationMemberRolesSetPayload {
    /// The member as it is now; null when there are user errors.
    member: Option<OrganizationMember>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// The units of a member.
#[derive(Debug, InputObject)]
pub struct OrganizationMemberUnitsSetInput {
    /// Which member.
    id: Id<OrganizationMemberId>,
    /// The units in which the member is to work; empty for none in particular.
    unit_ids: Vec<Id<OrganizationUnitId>>,
    /// The version that you have seen; when the member has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `organizationMemberUnitsSet` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationMemberUnitsSetPayload {
    /// The member as it is now; null when there are user errors.
    member: Option<OrganizationMember>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl OrganizationMemberChangeMutation {
    /// Ends a membership; the customer stays. The last admin of an organization stays, too. Requires
    /// `organizations:write`.
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_member_remove(
        &self,
        ctx: &Context<'_>,
        input: OrganizationMemberRemoveInput,
    ) -> Result<Option<OrganizationMemberRemovePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationMemberRemove", input.idempotency_key, input.dry_run, None)?;
        let id = input.id.0;
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                service::remove_member(unit, id).await?;
                Ok::<_, WriteError>(Plain(id))
            })
            .await;
        let (removed, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(OrganizationMemberRemovePayload {
            removed_member_id: removed.map(|Plain(id)| id.to_string().into()),
            user_errors,
            dry_run,
        }))
    }

    /// Gives a member exactly these roles. The last admin of an organization stays admin. Requires
    /// `organizations:write`.
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_member_roles_set(
        &self,
        ctx: &Context<'_>,
        input: OrganizationMemberRolesSetInput,
    ) -> Result<Option<OrganizationMemberRolesSetPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationMemberRolesSet", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let (id, expected_version) = (input.id.0, input.expected_version);
        let roles = roles(input.roles, &mut complaints);
        let written = match complaints.check(roles) {
            Ok(roles) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::set_member_roles(unit, id, expected_version, &roles).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (member, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(OrganizationMemberRolesSetPayload {
            member: member.map(OrganizationMember::from),
            user_errors,
            dry_run,
        }))
    }

    /// Lets a member work in exactly these units of the organization. Requires `organizations:write`.
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_member_units_set(
        &self,
        ctx: &Context<'_>,
        input: OrganizationMemberUnitsSetInput,
    ) -> Result<Option<OrganizationMemberUnitsSetPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationMemberUnitsSet", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let (id, expected_version) = (input.id.0, input.expected_version);
        let units = units(input.unit_ids, &mut complaints);
        let written = match complaints.check(units) {
            Ok(units) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::set_member_units(unit, id, expected_version, &units).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (member, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(OrganizationMemberUnitsSetPayload {
            member: member.map(OrganizationMember::from),
            user_errors,
            dry_run,
        }))
    }
}
