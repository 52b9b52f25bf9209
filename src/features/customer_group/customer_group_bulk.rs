//! `customerGroupBulkCreate`, `customerGroupBulkUpdate`, `customerGroupBulkDelete`: many groups at once.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{customer_group::Model, id::CustomerGroupId};

use super::{
    input::{CustomerGroupChangeFields, CustomerGroupFields},
    object::CustomerGroup,
    service::{self, CustomerGroupDeletion, CustomerGroupUpdate},
};
use crate::{
    auth::guard,
    graphql::{
        BulkErrorPolicy, ContextExt, DryRunResult, Id, Problem, RowResults, check_rows, payload, problems, write_rows,
    },
    work::{Call, Complaints, Plain, UnitOfWork, UserError, WriteError, Written},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct CustomerGroupBulkMutation;

/// New customer groups.
#[derive(Debug, InputObject)]
pub struct CustomerGroupBulkCreateInput {
    /// The groups.
    customer_groups: Vec<CustomerGroupFields>,
    /// What becomes of the others when one is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key creates nothing twice.
    idempotency_key: Option<String>,
}

/// Changes of one of several customer groups.
#[derive(Debug, InputObject)]
pub struct CustomerGroupBulkUpdateRow {
    /// The group.
    id: Id<CustomerGroupId>,
    /// Change only if this is still the version.
    expected_version: Option<i32>,
    #[graphql(flatten)]
    change: CustomerGroupChangeFields,
}

/// Changes of customer groups.
#[derive(Debug, InputObject)]
pub struct CustomerGroupBulkUpdateInput {
    /// The groups and their changes.
    customer_groups: Vec<CustomerGroupBulkUpdateRow>,
    /// What becomes of the others when one is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// The customer groups to delete.
#[derive(Debug, InputObject)]
pub struct CustomerGroupBulkDeleteInput {
    /// The groups.
    ids: Vec<Id<CustomerGroupId>>,
    /// What becomes of the others when one is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// What became of one of several groups.
#[derive(Debug, SimpleObject)]
pub struct CustomerGroupResult {
    /// The group as it is now; null when there are user errors.
    customer_group: Option<CustomerGroup>,
    /// What is wrong with this row.
    user_errors: Vec<Problem>,
}

/// What a bulk mutation of groups answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerGroupBulkPayload {
    /// One result per row, in the order of the input; empty when everything was refused.
    results: Vec<CustomerGroupResult>,
    /// What is wrong with the input; when everything is refused, the errors of all rows.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// What became of one of several groups to delete.
#[derive(Debug, SimpleObject)]
pub struct CustomerGroupDeleteResult {
    /// The group that is gone; null when there are user errors.
    deleted_customer_group_id: Option<ID>,
    /// How many customers were in it; null when there are user errors.
    removed_membership_count: Option<i64>,
    /// What is wrong with this row.
    user_errors: Vec<Problem>,
}

/// What `customerGroupBulkDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerGroupBulkDeletePayload {
    /// One result per id, in the order of the input; empty when everything was refused.
    results: Vec<CustomerGroupDeleteResult>,
    /// What is wrong with the input; when everything is refused, the errors of all rows.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerGroupBulkMutation {
    /// Creates customer groups, which the platform owns. Requires `groups:write`.
    #[graphql(
        guard = "guard::groups_write",
        visible = "guard::shows::groups_write",
        tag = "admin",
        requires_scopes = "groups:write"
    )]
    async fn customer_group_bulk_create(
        &self,
        ctx: &Context<'_>,
        input: CustomerGroupBulkCreateInput,
    ) -> Result<Option<CustomerGroupBulkPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerGroupBulkCreate", input.idempotency_key, input.dry_run, None)?;
        let policy = input.error_policy;
        let written = match check_rows("customerGroups", input.customer_groups.len(), call.limits.bulk_rows) {
            Ok(()) => {
                let drafts: RowResults<_> = input
                    .customer_groups
                    .into_iter()
                    .map(|fields| {
                        let mut complaints = Complaints::default();
                        let draft = fields.draft(&call.limits, &mut complaints);
                        complaints.check(draft)
                    })
                    .collect();
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let rows = write_rows(drafts.clone(), async |drafts| service::create(unit, drafts).await).await?;
                    policy.judge("customerGroups", rows)
                })
                .await
            }
            Err(error) => Err(error),
        };
        answer(call, written).map(Some)
    }

    /// Changes customer groups. Requires `groups:write`.
    #[graphql(
        guard = "guard::groups_write",
        visible = "guard::shows::groups_write",
        tag = "admin",
        requires_scopes = "groups:write"
    )]
    async fn customer_group_bulk_update(
        &self,
        ctx: &Context<'_>,
        input: CustomerGroupBulkUpdateInput,
    ) -> Result<Option<CustomerGroupBulkPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerGroupBulkUpdate", input.idempotency_key, input.dry_run, None)?;
        let policy = input.error_policy;
        let written = match check_rows("customerGroups", input.customer_groups.len(), call.limits.bulk_rows) {
            Ok(()) => {
                let updates: RowResults<_> = input
                    .customer_groups
                    .into_iter()
                    .map(|row| {
                        let mut complaints = Complaints::default();
                        let update = CustomerGroupUpdate {
                            id: row.id.0,
                            expected_version: row.expected_version,
                            change: row.change.change(&mut complaints),
                        };
                        complaints.check(update)
                    })
                    .collect();
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let rows =
                        write_rows(updates.clone(), async |updates| service::update(unit, updates).await).await?;
                    policy.judge("customerGroups", rows)
                })
                .await
            }
            Err(error) => Err(error),
        };
        answer(call, written).map(Some)
    }

    /// Deletes customer groups and their memberships for good; the customers stay. Requires `groups:write`.
    #[graphql(
        guard = "guard::groups_write",
        visible = "guard::shows::groups_write",
        tag = "admin",
        requires_scopes = "groups:write"
    )]
    async fn customer_group_bulk_delete(
        &self,
        ctx: &Context<'_>,
        input: CustomerGroupBulkDeleteInput,
    ) -> Result<Option<CustomerGroupBulkDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerGroupBulkDelete", input.idempotency_key, input.dry_run, None)?;
        let policy = input.error_policy;
        let written = match check_rows("ids", input.ids.len(), call.limits.bulk_rows) {
            Ok(()) => {
                let deletions: Vec<_> = input
                    .ids
                    .into_iter()
                    .map(|id| CustomerGroupDeletion {
                        id: id.0,
                        expected_version: None,
                    })
                    .collect();
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let rows = service::delete(unit, &deletions).await?;
                    // A row of this input is the id itself.
                    let rows = rows.into_iter().map(|row| row.map_err(at_the_row)).collect();
                    policy.judge("ids", rows).map(Plain)
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (rows, user_errors, dry_run) = payload(call, written)?;
        let results = rows
            .map(|rows| rows.0)
            .unwrap_or_default()
            .into_iter()
            .map(|row| match row {
                Ok(deleted) => CustomerGroupDeleteResult {
                    deleted_customer_group_id: Some(deleted.id.to_string().into()),
                    removed_membership_count: Some(i64::try_from(deleted.memberships).unwrap_or(i64::MAX)),
                    user_errors: Vec::new(),
                },
                Err(errors) => CustomerGroupDeleteResult {
                    deleted_customer_group_id: None,
                    removed_membership_count: None,
                    user_errors: problems(errors),
                },
            })
            .collect();
        Ok(Some(CustomerGroupBulkDeletePayload {
            results,
            user_errors,
            dry_run,
        }))
    }
}

fn at_the_row(errors: Vec<UserError>) -> Vec<UserError> {
    errors
        .into_iter()
        .map(|error| UserError {
            path: Vec::new(),
            ..error
        })
        .collect()
}

fn answer(call: &Call, written: Result<Written<RowResults<Model>>, WriteError>) -> Result<CustomerGroupBulkPayload> {
    let (rows, user_errors, dry_run) = payload(call, written)?;
    let results = rows
        .unwrap_or_default()
        .into_iter()
        .map(|row| match row {
            Ok(row) => CustomerGroupResult {
                customer_group: Some(row.into()),
                user_errors: Vec::new(),
            },
            Err(errors) => CustomerGroupResult {
                customer_group: None,
                user_errors: problems(errors),
            },
        })
        .collect();
    Ok(CustomerGroupBulkPayload {
        results,
        user_errors,
        dry_run,
    })
}
