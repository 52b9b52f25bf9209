//! `organizationMemberAdd`: a customer becomes a member.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::{CustomerId, OrganizationId, OrganizationUnitId};

use super::{
    input::{roles, units},
    object::OrganizationMember,
    service::{self, CustomerReference, MemberDraft},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, UnitOfWork},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrganizationMemberAddMutation;

/// A new member.
#[derive(Debug, InputObject)]
pub struct OrganizationMemberAddInput {
    /// Which organization.
    organization_id: Id<OrganizationId>,
    /// Which customer.
    customer_id: Id<CustomerId>,
    /// The roles, each by handle or id; `buyer` when none is given.
    roles: Option<Vec<String>>,
    /// The units of the organization in which the member works.
    unit_ids: Option<Vec<Id<OrganizationUnitId>>>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key adds nobody twice.
    idempotency_key: Option<String>,
}

/// What `organizationMemberAdd` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationMemberAddPayload {
    /// The new member; null when there are user errors, and for a dry run.
    member: Option<OrganizationMember>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl OrganizationMemberAddMutation {
    /// Makes a customer a member of an organization. Requires `organizations:write`; the customer is
    /// found by who may see them (`customers:read`).
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_member_add(
        &self,
        ctx: &Context<'_>,
        input: OrganizationMemberAddInput,
    ) -> Result<Option<OrganizationMemberAddPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationMemberAdd", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let organization = input.organization_id.0;
        let draft = MemberDraft {
            customer: CustomerReference::Id(input.customer_id.0),
            roles: roles(input.roles.unwrap_or_default(), &mut complaints),
            units: units(input.unit_ids.unwrap_or_default(), &mut complaints),
        };
        let written = match complaints.check(draft) {
            Ok(draft) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::add_member(unit, organization, &draft).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (member, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(OrganizationMemberAddPayload {
            member: member.filter(|_| dry_run.is_none()).map(OrganizationMember::from),
            user_errors,
            dry_run,
        }))
    }
}
