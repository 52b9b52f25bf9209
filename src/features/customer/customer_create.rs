//! `customerCreate`: one new customer.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::{
    creation::{self, CustomerCreateFields},
    object::Customer,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Problem, payload},
    work::{Complaints, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct CustomerCreateMutation;

/// A new customer.
#[derive(Debug, InputObject)]
pub struct CustomerCreateInput {
    #[graphql(flatten)]
    customer: CustomerCreateFields,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key creates nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerCreate` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerCreatePayload {
    /// The new customer; null when there are user errors.
    customer: Option<Customer>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerCreateMutation {
    /// Creates a customer, who is a guest until they register. Requires `customers:write`.
    #[graphql(
        guard = "guard::customers_write",
        visible = "guard::shows::customers_write",
        tag = "admin",
        requires_scopes = "customers:write"
    )]
    async fn customer_create(
        &self,
        ctx: &Context<'_>,
        input: CustomerCreateInput,
    ) -> Result<Option<CustomerCreatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerCreate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let draft = input.customer.read(call, &mut complaints);
        let written = match complaints.check(draft) {
            Ok(draft) => {
                call.write(options, async move |unit: &mut crate::work::UnitOfWork| {
                    let row = creation::create(unit, vec![draft.clone()]).await?.remove(0)?;
                    Ok::<_, WriteError>(row)
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (customer, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerCreatePayload {
            customer: customer.map(Customer::from),
            user_errors,
            dry_run,
        }))
    }
}
