//! `addressDelete` and `addressBulkDelete`.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::AddressId;

use super::service::{self, AddressDelete};
use crate::{
    auth::guard,
    graphql::{BulkErrorPolicy, ContextExt, DryRunResult, Id, Problem, RowResults, check_rows, payload, problems},
    work::{Plain, UnitOfWork, WriteError},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct AddressDeleteMutation;

/// An address to delete.
#[derive(Debug, InputObject)]
pub struct AddressDeleteInput {
    /// Which address.
    id: Id<AddressId>,
    /// The version that you have seen; when the address has another by now, nothing is deleted.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers as the first time.
    idempotency_key: Option<String>,
}

/// What `addressDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct AddressDeletePayload {
    /// The id of the address that is gone; null when there are user errors.
    deleted_address_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// Addresses to delete.
#[derive(Debug, InputObject)]
pub struct AddressBulkDeleteInput {
    /// Which addresses.
    ids: Vec<Id<AddressId>>,
    /// What becomes of the others when one cannot be deleted.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers as the first time.
    idempotency_key: Option<String>,
}

/// What became of one row of `addressBulkDelete`.
#[derive(Debug, SimpleObject)]
pub struct AddressBulkDeleteResult {
    /// The id of the address that is gone; null when there are user errors.
    deleted_address_id: Option<ID>,
    /// Why this one was not deleted.
    user_errors: Vec<Problem>,
}

/// What `addressBulkDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct AddressBulkDeletePayload {
    /// One result per id, in the order of the input; empty when everything was refused.
    results: Vec<AddressBulkDeleteResult>,
    /// What is wrong with the input; when everything is refused, the errors of all rows.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl AddressDeleteMutation {
    /// Deletes an address. Unless the shop is set up otherwise, no other address becomes the default in place of a
    /// default that goes. Customers delete their own; others require `addresses:write`.
    #[graphql(
        guard = "guard::store_or_addresses_write",
        visible = "guard::shows::store_or_addresses_write"
    )]
    async fn address_delete(
        &self,
        ctx: &Context<'_>,
        input: AddressDeleteInput,
    ) -> Result<Option<AddressDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("addressDelete", input.idempotency_key, input.dry_run, None)?;
        let delete = AddressDelete {
            id: input.id.0,
            expected_version: input.expected_version,
        };
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                let gone = service::delete(unit, &[delete]).await?.remove(0)?;
                Ok::<_, WriteError>(Plain(gone.id))
            })
            .await;
        let (deleted, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(AddressDeletePayload {
            deleted_address_id: deleted.map(|Plain(id)| id.to_string().into()),
            user_errors,
            dry_run,
        }))
    }

    /// Deletes many addresses at once, all or those that are there. Customers delete their own; others require
    /// `addresses:write`.
    #[graphql(
        guard = "guard::store_or_addresses_write",
        visible = "guard::shows::store_or_addresses_write"
    )]
    async fn address_bulk_delete(
        &self,
        ctx: &Context<'_>,
        input: AddressBulkDeleteInput,
    ) -> Result<Option<AddressBulkDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("addressBulkDelete", input.idempotency_key, input.dry_run, None)?;
        let deletes: Vec<AddressDelete> = input
            .ids
            .into_iter()
            .map(|id| AddressDelete {
                id: id.0,
                expected_version: None,
            })
            .collect();
        let policy = input.error_policy;
        let written = match check_rows("ids", deletes.len(), call.limits.bulk_rows) {
            Ok(()) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let results: RowResults<AddressId> = service::delete(unit, &deletes)
                        .await?
                        .into_iter()
                        .map(|result| match result {
                            Ok(gone) => Ok(gone.id),
                            // A row of this input is an id itself, so there is no field below it to point at.
                            Err(mut errors) => {
                                errors.iter_mut().for_each(|error| error.path.clear());
                                Err(errors)
                            }
                        })
                        .collect();
                    Ok::<_, WriteError>(Plain(policy.judge("ids", results)?))
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
                Ok(id) => AddressBulkDeleteResult {
                    deleted_address_id: Some(id.to_string().into()),
                    user_errors: Vec::new(),
                },
                Err(errors) => AddressBulkDeleteResult {
                    deleted_address_id: None,
                    user_errors: problems(errors),
                },
            })
            .collect();
        Ok(Some(AddressBulkDeletePayload {
            results,
            user_errors,
            dry_run,
        }))
    }
}
