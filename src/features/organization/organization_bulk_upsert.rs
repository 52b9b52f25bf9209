//! `organizationBulkUpsert`: many organizations with their members, changed or created.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::{
    input::{OrganizationChangeFields, OrganizationNewMemberInput, members},
    object::Organization,
    service::{self, Identifier, OrganizationUpsert},
};
use crate::{
    auth::guard,
    graphql::{
        BulkErrorPolicy, ContextExt, DryRunResult, Problem, RowResults, check_rows, payload, problems, write_rows,
    },
    work::{Complaints, UnitOfWork, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrganizationBulkUpsertMutation;

/// One organization to change or create.
#[derive(Debug, InputObject)]
pub struct OrganizationBulkUpsertRow {
    /// The id in another system, by which the organization is found.
    external_id: String,
    #[graphql(flatten)]
    change: OrganizationChangeFields,
    /// Who is to be a member. Who is one already keeps their roles, and nobody is removed.
    members: Option<Vec<OrganizationNewMemberInput>>,
}

/// Organizations to change or create.
#[derive(Debug, InputObject)]
pub struct OrganizationBulkUpsertInput {
    /// The organizations, each with another external id.
    organizations: Vec<OrganizationBulkUpsertRow>,
    /// What becomes of the others when one is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What became of one row of `organizationBulkUpsert`.
#[derive(Debug, SimpleObject)]
pub struct OrganizationUpsertRowResult {
    /// The organization as it is now; null when there are user errors, and for a dry run that would create it.
    organization: Option<Organization>,
    /// Whether the organization was created; null when there are user errors.
    is_created: Option<bool>,
    /// What is wrong with this row.
    user_errors: Vec<Problem>,
}

/// What `organizationBulkUpsert` answers.
#[derive(Debug, SimpleObject)]
pub struct OrganizationBulkUpsertPayload {
    /// One result per row, in the order of the input; empty when everything was refused.
    results: Vec<OrganizationUpsertRowResult>,
    /// What is wrong with the input; when everything is refused, the errors of all rows.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl OrganizationBulkUpsertMutation {
    /// Changes many organizations or creates those that are not there, and adds members that are missing. The same
    /// input again changes nothing. Requires `organizations:write`, and `customers:read` to name members.
    #[graphql(
        guard = "guard::organizations_write",
        visible = "guard::shows::organizations_write",
        tag = "admin",
        requires_scopes = "organizations:write"
    )]
    async fn organization_bulk_upsert(
        &self,
        ctx: &Context<'_>,
        input: OrganizationBulkUpsertInput,
    ) -> Result<Option<OrganizationBulkUpsertPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("organizationBulkUpsert", input.idempotency_key, input.dry_run, None)?;
        let written = match check_size(&input.organizations, call.limits.bulk_rows) {
            Ok(()) => {
                let rows: RowResults<OrganizationUpsert> = input.organizations.into_iter().map(read).collect();
                let policy = input.error_policy;
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let results = write_rows(rows.clone(), async |rows| service::upsert(unit, rows).await).await?;
                    policy.judge("organizations", results)
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (results, user_errors, dry_run) = payload(call, written)?;
        let results = results
            .into_iter()
            .flatten()
            .map(|result| match result {
                Ok((row, is_created)) => OrganizationUpsertRowResult {
                    organization: (dry_run.is_none() || !is_created).then(|| Organization::from(row)),
                    is_created: Some(is_created),
                    user_errors: Vec::new(),
                },
                Err(errors) => OrganizationUpsertRowResult {
                    organization: None,
                    is_created: None,
                    user_errors: problems(errors),
                },
            })
            .collect();
        Ok(Some(OrganizationBulkUpsertPayload {
            results,
            user_errors,
            dry_run,
        }))
    }
}

/// Members are rows, too: both count.
fn check_size(rows: &[OrganizationBulkUpsertRow], most: usize) -> Result<(), WriteError> {
    check_rows("organizations", rows.len(), most)?;
    let members = rows.iter().flat_map(|row| &row.members).map(Vec::len).sum();
    if members > most {
        return Err(UserError::limit("organizations", most, members, "members").into());
    }
    Ok(())
}

/// Reads one row.
fn read(row: OrganizationBulkUpsertRow) -> Result<OrganizationUpsert, Vec<UserError>> {
    let mut complaints = Complaints::default();
    let external_id = complaints.required_text("externalId", Some(row.external_id), 255);
    let upsert = OrganizationUpsert {
        identifier: Identifier::ExternalId(external_id),
        path: "externalId",
        expected_version: None,
        change: row.change.change(MaybeUndefined::Undefined, &mut complaints),
        members: members(row.members, &mut complaints),
    };
    complaints.check(upsert)
}
