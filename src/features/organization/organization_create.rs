//! `organizationCreate`: one new organization, with its first members.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::{
    input::{OrganizationFields, OrganizationNewMemberInput, members},
    object::Organization,
    service,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Problem, payload},
    work::{Complaints, UnitOfWork, UserError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrganizationCreateMutation;

/// A new organization.
#[derive(Debug, InputObject)]
pub struct OrganizationCreateInput {
    #[graphql(flatten)]
    organization: OrganizationFields,
    /// The first members; an organization may be created without any.
    members: Option<Vec<OrganizationNewMemberInput>>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key creates nothing twice.
    idempotency_key: Option<String>,
}

/// What `organizationCreate` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationCreatePayload {
    /// The new organization; null when there are user errors, and for a dry run.
    organization: Option<Organization>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl OrganizationCreateMutation {
    /// Creates an organization with its root unit, which gets the same name, and its first members. Requires
    /// `organizations:write`, and `customers:read` to name members.
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_create(
        &self,
        ctx: &Context<'_>,
        input: OrganizationCreateInput,
    ) -> Result<Option<OrganizationCreatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationCreate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let draft = input.organization.draft(&call.limits, &mut complaints);
        let members = members(input.members, &mut complaints);
        if members.len() > call.limits.bulk_rows {
            complaints.add(UserError::limit(
                "members",
                call.limits.bulk_rows,
                members.len(),
                "members",
            ));
        }
        let written = match complaints.check((draft, members)) {
            Ok((draft, members)) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::create_with_members(unit, draft.clone(), &members).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (organization, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(OrganizationCreatePayload {
            organization: organization.filter(|_| dry_run.is_none()).map(Organization::from),
            user_errors,
            dry_run,
        }))
    }
}
