//! `customerUpdate`: one customer by id.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::CustomerId;

use super::{
    input::CustomerChangeFields,
    object::Customer,
    service::{self, CustomerUpdate},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct CustomerUpdateMutation;

/// A change of a customer.
#[derive(Debug, InputObject)]
pub struct CustomerUpdateInput {
    /// Which customer.
    id: Id<CustomerId>,
    #[graphql(flatten)]
    change: CustomerChangeFields,
    /// The version that you have seen; when the customer has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerUpdate` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerUpdatePayload {
    /// The customer as it is now; null when there are user errors.
    customer: Option<Customer>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerUpdateMutation {
    /// Changes a customer. A field that is left out stays as it is, null clears it. Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_update(
        &self,
        ctx: &Context<'_>,
        input: CustomerUpdateInput,
    ) -> Result<Option<CustomerUpdatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerUpdate", input.idempotency_key, input.dry_run, input.reason)?;
        let mut complaints = Complaints::default();
        let change = input.change.change(&mut complaints);
        let update = CustomerUpdate {
            id: input.id.0,
            expected_version: input.expected_version,
            change,
        };
        let written = match complaints.check(update) {
            Ok(update) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(service::update(unit, vec![update.clone()]).await?.remove(0)?)
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (customer, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerUpdatePayload {
            customer: customer.map(Customer::from),
            user_errors,
            dry_run,
        }))
    }
}
