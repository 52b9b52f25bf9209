//! `customerMetadataPatch`: keys of a customer's metadata.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::CustomerId;

use super::{
    object::Customer,
    service::{self, CustomerChange, CustomerUpdate},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, MetadataPatch, Problem, payload},
    work::{UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct CustomerMetadataPatchMutation;

/// A change of a customer's metadata.
#[derive(Debug, InputObject)]
pub struct CustomerMetadataPatchInput {
    /// Which customer.
    id: Id<CustomerId>,
    /// Changes of the metadata that the customer may read.
    metadata: Option<MetadataPatch>,
    /// Changes of the metadata for staff alone.
    private_metadata: Option<MetadataPatch>,
    /// The version that you have seen; when the customer has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerMetadataPatch` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerMetadataPatchPayload {
    /// The customer as it is now; null when there are user errors.
    customer: Option<Customer>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerMetadataPatchMutation {
    /// Sets, deletes or replaces keys of a customer's metadata. Keys that the patch does not name stay as they are,
    /// even when somebody else changes them at the same time. Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_metadata_patch(
        &self,
        ctx: &Context<'_>,
        input: CustomerMetadataPatchInput,
    ) -> Result<Option<CustomerMetadataPatchPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerMetadataPatch", input.idempotency_key, input.dry_run, None)?;
        let update = CustomerUpdate {
            id: input.id.0,
            expected_version: input.expected_version,
            change: CustomerChange {
                metadata: input.metadata.map(Into::into),
                private_metadata: input.private_metadata.map(Into::into),
                ..CustomerChange::default()
            },
        };
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(service::update(unit, vec![update.clone()]).await?.remove(0)?)
            })
            .await;
        let (customer, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerMetadataPatchPayload {
            customer: customer.map(Customer::from),
            user_errors,
            dry_run,
        }))
    }
}
