//! `customerBulkCreate`, `customerBulkUpdate`, `customerBulkUpsert` and `customerUpdateBySelector`: many at once.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{customer::Model, id::CustomerId};

use super::{
    creation::{self, CustomerCreateFields},
    customer_upsert::{self, CustomerIdentifier},
    filter::CustomerWhere,
    input::CustomerChangeFields,
    object::Customer,
    service::{self, CustomerUpdate},
};
use crate::{
    auth::guard,
    graphql::{
        BulkErrorPolicy, ContextExt, DryRunResult, Id, Problem, RowResults, bad_input, check_rows, most_affected,
        payload, problems, write_rows,
    },
    work::{Complaints, Plain, UnitOfWork, UserError, WriteError},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct CustomerBulkMutation;

/// Customers to create.
#[derive(Debug, InputObject)]
pub struct CustomerBulkCreateInput {
    /// The new customers.
    customers: Vec<CustomerCreateFields>,
    /// What becomes of the others when one is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key creates nothing twice.
    idempotency_key: Option<String>,
}

/// One customer to change.
#[derive(Clone, Debug, InputObject)]
pub struct CustomerBulkUpdateRow {
    /// Which customer.
    id: Id<CustomerId>,
    #[graphql(flatten)]
    change: CustomerChangeFields,
    /// The version that you have seen; when the customer has another by now, this row is refused.
    expected_version: Option<i32>,
}

/// Customers to change.
#[derive(Debug, InputObject)]
pub struct CustomerBulkUpdateInput {
    /// The changes, each of another customer.
    customers: Vec<CustomerBulkUpdateRow>,
    /// What becomes of the others when one is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// One customer to change or create.
#[derive(Clone, Debug, InputObject)]
pub struct CustomerBulkUpsertRow {
    /// What identifies the customer.
    identifier: CustomerIdentifier,
    #[graphql(flatten)]
    change: CustomerChangeFields,
}

/// Customers to change or create.
#[derive(Debug, InputObject)]
pub struct CustomerBulkUpsertInput {
    /// The customers, each with another identifier.
    customers: Vec<CustomerBulkUpsertRow>,
    /// What becomes of the others when one is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// One change of all customers that match.
#[derive(Debug, InputObject)]
pub struct CustomerUpdateBySelectorInput {
    /// Which customers: the same filter as that of the list. It cannot be empty.
    #[graphql(name = "where")]
    filter: CustomerWhere,
    /// The change.
    customer: CustomerChangeFields,
    /// The most customers that you expect to match; when more do, nothing is changed.
    max_affected: i32,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What became of one row.
#[derive(Debug, SimpleObject)]
pub struct CustomerRowResult {
    /// The customer as it is now; null when there are user errors.
    customer: Option<Customer>,
    /// What is wrong with this row.
    user_errors: Vec<Problem>,
}

/// What became of one row of `customerBulkUpsert`.
#[derive(Debug, SimpleObject)]
pub struct CustomerUpsertRowResult {
    /// The customer as it is now; null when there are user errors.
    customer: Option<Customer>,
    /// Whether the customer was created; null when there are user errors.
    is_created: Option<bool>,
    /// What is wrong with this row.
    user_errors: Vec<Problem>,
}

macro_rules! bulk_payload {
    ($($(#[$doc:meta])* $name:ident of $result:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, SimpleObject)]
            pub struct $name {
                /// One result per row, in the order of the input; empty when everything was refused.
                results: Vec<$result>,
                /// What is wrong with the input; when everything is refused, the errors of all rows.
                user_errors: Vec<Problem>,
                /// What would change, for a dry run.
                dry_run: Option<DryRunResult>,
            }
        )*
    };
}

bulk_payload! {
    /// What `customerBulkCreate` answers.
    CustomerBulkCreatePayload of CustomerRowResult;
    /// What `customerBulkUpdate` answers.
    CustomerBulkUpdatePayload of CustomerRowResult;
    /// What `customerBulkUpsert` answers.
    CustomerBulkUpsertPayload of CustomerUpsertRowResult;
}

/// What `customerUpdateBySelector` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerUpdateBySelectorPayload {
    /// How many customers matched.
    affected_count: i32,
    /// Which they are.
    affected_ids: Vec<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerBulkMutation {
    /// Creates many customers at once, all or those that are right. Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_bulk_create(
        &self,
        ctx: &Context<'_>,
        input: CustomerBulkCreateInput,
    ) -> Result<Option<CustomerBulkCreatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerBulkCreate", input.idempotency_key, input.dry_run, None)?;
        let written = match check_rows("customers", input.customers.len(), call.limits.bulk_rows) {
            Ok(()) => {
                let rows = read_rows(input.customers, |fields, complaints| fields.read(call, complaints));
                let policy = input.error_policy;
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let results = write_rows(rows.clone(), async |drafts| creation::create(unit, drafts).await).await?;
                    policy.judge("customers", results)
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (results, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerBulkCreatePayload {
            results: row_results(results),
            user_errors,
            dry_run,
        }))
    }

    /// Changes many customers at once, all or those that are right. Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_bulk_update(
        &self,
        ctx: &Context<'_>,
        input: CustomerBulkUpdateInput,
    ) -> Result<Option<CustomerBulkUpdatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerBulkUpdate", input.idempotency_key, input.dry_run, None)?;
        let written = match check_rows("customers", input.customers.len(), call.limits.bulk_rows) {
            Ok(()) => {
                let rows = read_rows(input.customers, |row, complaints| CustomerUpdate {
                    id: row.id.0,
                    expected_version: row.expected_version,
                    change: row.change.change(complaints),
                });
                let policy = input.error_policy;
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let results =
                        write_rows(rows.clone(), async |updates| service::update(unit, updates).await).await?;
                    policy.judge("customers", results)
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (results, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerBulkUpdatePayload {
            results: row_results(results),
            user_errors,
            dry_run,
        }))
    }

    /// Changes the customers behind identifiers, and creates those that do not exist. Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_bulk_upsert(
        &self,
        ctx: &Context<'_>,
        input: CustomerBulkUpsertInput,
    ) -> Result<Option<CustomerBulkUpsertPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerBulkUpsert", input.idempotency_key, input.dry_run, None)?;
        let written = match check_rows("customers", input.customers.len(), call.limits.bulk_rows) {
            Ok(()) => {
                let rows = read_rows(input.customers, |row, complaints| {
                    customer_upsert::read(row.identifier, row.change, complaints)
                });
                // A row whose identifier could not be read has complaints, so it never is `None` without any.
                let rows: RowResults<_> = rows
                    .into_iter()
                    .map(|row| {
                        row.and_then(|row| row.ok_or_else(|| vec![UserError::not_found("identifier", "customer")]))
                    })
                    .collect();
                let policy = input.error_policy;
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let results =
                        write_rows(rows.clone(), async |upserts| service::upsert(unit, upserts).await).await?;
                    policy.judge("customers", results)
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (results, user_errors, dry_run) = payload(call, written)?;
        let results = results
            .unwrap_or_default()
            .into_iter()
            .map(|row| match row {
                Ok((row, is_created)) => CustomerUpsertRowResult {
                    customer: Some(row.into()),
                    is_created: Some(is_created),
                    user_errors: Vec::new(),
                },
                Err(errors) => CustomerUpsertRowResult {
                    customer: None,
                    is_created: None,
                    user_errors: problems(errors),
                },
            })
            .collect();
        Ok(Some(CustomerBulkUpsertPayload {
            results,
            user_errors,
            dry_run,
        }))
    }

    /// Makes one change of all customers that match a filter. Nothing is changed when more match than expected.
    /// Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_update_by_selector(
        &self,
        ctx: &Context<'_>,
        input: CustomerUpdateBySelectorInput,
    ) -> Result<Option<CustomerUpdateBySelectorPayload>> {
        let call = ctx.call();
        let options = ctx.write_options(
            "customerUpdateBySelector",
            input.idempotency_key,
            input.dry_run,
            input.reason,
        )?;
        if input.filter.is_empty() {
            return Err(bad_input("The selector must have a condition.", Some("INVALID_FILTER")));
        }
        let condition = input.filter.condition(call)?;
        let most = most_affected(input.max_affected, call.limits.selector_rows)?;
        let mut complaints = Complaints::default();
        let change = input.customer.change(&mut complaints);
        let written = match complaints.check(change) {
            Ok(change) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let ids = service::select(unit, condition.clone(), most).await?;
                    let updates = ids
                        .iter()
                        .map(|id| CustomerUpdate {
                            id: *id,
                            expected_version: None,
                            change: change.clone(),
                        })
                        .collect();
                    let rows = service::update(unit, updates).await?;
                    BulkErrorPolicy::RejectEverything.judge("customers", rows)?;
                    Ok::<_, WriteError>(Plain(ids))
                })
                .await
            }
            Err(errors) => Err(WriteError::from(
                errors
                    .into_iter()
                    .map(|error| error.under("customer"))
                    .collect::<Vec<_>>(),
            )),
        };
        let (ids, user_errors, dry_run) = payload(call, written)?;
        let ids = ids.map(|Plain(ids)| ids).unwrap_or_default();
        Ok(Some(CustomerUpdateBySelectorPayload {
            affected_count: i32::try_from(ids.len()).unwrap_or(i32::MAX),
            affected_ids: ids.into_iter().map(|id| id.to_string().into()).collect(),
            user_errors,
            dry_run,
        }))
    }
}

/// Reads rows, each with its own complaints.
fn read_rows<I, D>(rows: Vec<I>, read: impl Fn(I, &mut Complaints) -> D) -> RowResults<D> {
    rows.into_iter()
        .map(|row| {
            let mut complaints = Complaints::default();
            let draft = read(row, &mut complaints);
            complaints.check(draft)
        })
        .collect()
}

fn row_results(rows: Option<RowResults<Model>>) -> Vec<CustomerRowResult> {
    rows.unwrap_or_default()
        .into_iter()
        .map(|row| match row {
            Ok(row) => CustomerRowResult {
                customer: Some(row.into()),
                user_errors: Vec::new(),
            },
            Err(errors) => CustomerRowResult {
                customer: None,
                user_errors: problems(errors),
            },
        })
        .collect()
}
