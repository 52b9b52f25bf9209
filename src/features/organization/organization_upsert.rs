//! `organizationUpsert`: the organization behind an identifier, changed or created.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::{
    input::{OrganizationChangeFields, OrganizationIdentifier},
    object::Organization,
    service::{self, OrganizationUpsert},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Problem, payload},
    work::{Complaints, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrganizationUpsertMutation;

/// An organization to change or create.
#[derive(Debug, InputObject)]
pub struct OrganizationUpsertInput {
    /// What identifies the organization.
    identifier: OrganizationIdentifier,
    #[graphql(flatten)]
    change: OrganizationChangeFields,
    /// The id in another system, if it is to become another one; unique among organizations.
    external_id: MaybeUndefined<String>,
    /// The version that you have seen; when the organization has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `organizationUpsert` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationUpsertPayload {
    /// The organization as it is now; null when there are user errors, and for a dry run that would create it.
    organization: Option<Organization>,
    /// Whether the organization was created; null when there are user errors.
    is_created: Option<bool>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl OrganizationUpsertMutation {
    /// Changes the organization behind an identifier, or creates one when there is none; to create it a name is
    /// needed. Requires `organizations:write`.
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_upsert(
        &self,
        ctx: &Context<'_>,
        input: OrganizationUpsertInput,
    ) -> Result<Option<OrganizationUpsertPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationUpsert", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let (identifier, path) = input.identifier.read(&mut complaints);
        let upsert = OrganizationUpsert {
            identifier,
            path,
            expected_version: input.expected_version,
            change: input.change.change(input.external_id, &mut complaints),
            members: Vec::new(),
        };
        let written = match complaints.check(upsert) {
            Ok(upsert) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(service::upsert(unit, vec![upsert.clone()]).await?.remove(0)?)
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (upserted, user_errors, dry_run) = payload(call, written)?;
        let (row, is_created) = upserted.unzip();
        Ok(Some(OrganizationUpsertPayload {
            organization: row
                .filter(|_| dry_run.is_none() || is_created == Some(false))
                .map(Organization::from),
            is_created,
            user_errors,
            dry_run,
        }))
    }
}
