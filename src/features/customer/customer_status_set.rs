//! `customerStatusSet`: shuts a customer out, or lets them in again.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::{customer::Status, id::CustomerId};

use super::{
    filter::CustomerStatus,
    object::Customer,
    service::{self, CustomerChange, CustomerUpdate},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{ErrorCode, UnitOfWork, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct CustomerStatusSetMutation;

/// A new state of a customer.
#[derive(Debug, InputObject)]
pub struct CustomerStatusSetInput {
    /// Which customer.
    id: Id<CustomerId>,
    /// `ACTIVE` or `DISABLED`; `INVITED` follows from an invitation and cannot be set.
    status: CustomerStatus,
    /// The version that you have seen; when the customer has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerStatusSet` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerStatusSetPayload {
    /// The customer as it is now; null when there are user errors.
    customer: Option<Customer>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerStatusSetMutation {
    /// Sets whether a customer may log in. Disabling ends their sessions; their data and orders stay readable for
    /// staff. Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_status_set(
        &self,
        ctx: &Context<'_>,
        input: CustomerStatusSetInput,
    ) -> Result<Option<CustomerStatusSetPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerStatusSet", input.idempotency_key, input.dry_run, input.reason)?;
        let status = Status::from(input.status);
        let update = CustomerUpdate {
            id: input.id.0,
            expected_version: input.expected_version,
            change: CustomerChange {
                status: Some(status),
                ..CustomerChange::default()
            },
        };
        let written = if status == Status::Invited {
            Err(UserError::new(
                ErrorCode::Invalid,
                "status",
                "Invite the customer instead of setting this state.",
            )
            .into())
        } else {
            call.write(options, async move |unit: &mut UnitOfWork| {
                let row = service::update(unit, vec![update.clone()]).await?.remove(0)?;
                Ok::<_, WriteError>(row)
            })
            .await
        };
        let (customer, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerStatusSetPayload {
            customer: customer.map(Customer::from),
            user_errors,
            dry_run,
        }))
    }
}
