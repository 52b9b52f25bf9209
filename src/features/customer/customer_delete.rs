//! `customerDelete` and `customerBulkDelete`: for good.

use std::collections::HashSet;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{customer::Model, id::CustomerId};

use super::service;
use crate::{
    auth::guard,
    features::{account, identity, job, mail, order, transfer},
    graphql::{BulkErrorPolicy, ContextExt, DryRunResult, Email, Id, Problem, check_rows, payload, problems},
    text::normalize_email,
    work::{ErrorCode, Plain, UnitOfWork, UserError, WriteError},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct CustomerDeleteMutation;

/// A customer to delete.
#[derive(Debug, InputObject)]
pub struct CustomerDeleteInput {
    /// Which customer.
    id: Id<CustomerId>,
    /// The customer's e-mail address, typed again; left out for a customer who has none.
    confirm_email: Option<Email>,
    /// The version that you have seen; when the customer has another by now, nothing is deleted.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers as the first time.
    idempotency_key: Option<String>,
}

/// What `customerDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerDeletePayload {
    /// The id of the customer that is gone; null when there are user errors.
    deleted_customer_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// Customers to delete.
#[derive(Debug, InputObject)]
pub struct CustomerBulkDeleteInput {
    /// Which customers.
    ids: Vec<Id<CustomerId>>,
    /// What becomes of the others when one cannot be deleted.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers as the first time.
    idempotency_key: Option<String>,
}

/// What became of one row of `customerBulkDelete`.
#[derive(Debug, SimpleObject)]
pub struct CustomerBulkDeleteResult {
    /// The id of the customer that is gone; null when there are user errors.
    deleted_customer_id: Option<ID>,
    /// Why this one was not deleted.
    user_errors: Vec<Problem>,
}

/// What `customerBulkDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerBulkDeletePayload {
    /// One result per id, in the order of the input; empty when everything was refused.
    results: Vec<CustomerBulkDeleteResult>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerDeleteMutation {
    /// Deletes a customer for good: profile, addresses, memberships, credentials, sessions and what the timeline says
    /// of them. Order links stay for the books, without a person. The e-mail address is free again. There is no way
    /// back. Requires `customers:delete`.
    #[graphql(
        guard = "guard::customers_delete",
        visible = "guard::shows::customers_delete",
        tag = "admin",
        requires_scopes = "customers:delete"
    )]
    async fn customer_delete(
        &self,
        ctx: &Context<'_>,
        input: CustomerDeleteInput,
    ) -> Result<Option<CustomerDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerDelete", input.idempotency_key, input.dry_run, None)?;
        let id = input.id.0;
        let confirmed = input
            .confirm_email
            .map(|email| normalize_email(&email.0).unwrap_or(email.0))
            .unwrap_or_default();
        let expected_version = input.expected_version;
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                let row = service::find_deletable(unit, &[id])
                    .await?
                    .remove(&id)
                    .ok_or_else(|| UserError::not_found("id", "customer"))?;
                if expected_version.is_some_and(|expected| expected != row.version) {
                    return Err(UserError::conflict(row.version).into());
                }
                if row.email_normalized != confirmed {
                    return Err(UserError::new(
                        ErrorCode::ConfirmationMismatch,
                        "confirmEmail",
                        "Type the customer's e-mail address to confirm; leave it out if the customer has none.",
                    )
                    .into());
                }
                remove(unit, &[row]).await?;
                Ok::<_, WriteError>(Plain(id))
            })
            .await;
        let (deleted, user_errors, dry_run) = payload(call, written)?;
        let deleted_customer_id = deleted.map(|Plain(id)| id.to_string().into());
        Ok(Some(CustomerDeletePayload {
            deleted_customer_id,
            user_errors,
            dry_run,
        }))
    }

    /// Deletes many customers for good, as `customerDelete` does, without the confirmation. Requires
    /// `customers:delete`.
    #[graphql(
        guard = "guard::customers_delete",
        visible = "guard::shows::customers_delete",
        tag = "admin",
        requires_scopes = "customers:delete"
    )]
    async fn customer_bulk_delete(
        &self,
        ctx: &Context<'_>,
        input: CustomerBulkDeleteInput,
    ) -> Result<Option<CustomerBulkDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerBulkDelete", input.idempotency_key, input.dry_run, None)?;
        let ids: Vec<CustomerId> = input.ids.into_iter().map(|id| id.0).collect();
        let policy = input.error_policy;
        let written = match check_rows("ids", ids.len(), call.limits.bulk_rows) {
            Ok(()) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let mut found = service::find_deletable(unit, &ids).await?;
                    let mut seen = HashSet::new();
                    let mut gone: Vec<Model> = Vec::new();
                    let results = ids
                        .iter()
                        .map(|id| match found.remove(id) {
                            Some(row) => {
                                seen.insert(*id);
                                gone.push(row);
                                Ok(*id)
                            }
                            None if seen.contains(id) => Err(vec![service::duplicated("")]),
                            None => Err(vec![UserError::not_found("", "customer")]),
                        })
                        .collect();
                    let results = policy.judge("ids", results)?;
                    remove(unit, &gone).await?;
                    Ok::<_, WriteError>(Plain(results))
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (results, user_errors, dry_run) = payload(call, written)?;
        let results = results
            .map(|Plain(results)| results)
            .unwrap_or_default()
            .into_iter()
            .map(|result| match result {
                Ok(id) => CustomerBulkDeleteResult {
                    deleted_customer_id: Some(id.to_string().into()),
                    user_errors: Vec::new(),
                },
                Err(errors) => CustomerBulkDeleteResult {
                    deleted_customer_id: None,
                    user_errors: problems(errors),
                },
            })
            .collect();
        Ok(Some(CustomerBulkDeletePayload {
            results,
            user_errors,
            dry_run,
        }))
    }
}

/// Takes customers out of every room. Addresses and memberships go with the row.
async fn remove(unit: &mut UnitOfWork, rows: &[Model]) -> Result<(), WriteError> {
    let ids: Vec<CustomerId> = rows.iter().map(|row| row.id).collect();
    transfer::service::forget_customer(unit, &ids).await?;
    order::service::detach_customer(unit, &ids).await?;
    mail::service::forget_customer(unit, &ids).await?;
    identity::service::forget_customer(unit, &ids).await?;
    job::service::forget_customer(unit, &ids).await?;
    let emails: Vec<&str> = rows.iter().map(|row| row.email_normalized.as_str()).collect();
    account::token::forget(unit, &emails).await?;
    service::delete(unit, rows).await
}
