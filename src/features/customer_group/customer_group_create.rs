//! `customerGroupCreate`: one new group.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::{input::CustomerGroupFields, object::CustomerGroup, service};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Problem, payload},
    work::{Complaints, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct CustomerGroupCreateMutation;

/// A new customer group.
#[derive(Debug, InputObject)]
pub struct CustomerGroupCreateInput {
    #[graphql(flatten)]
    customer_group: CustomerGroupFields,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key creates nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerGroupCreate` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerGroupCreatePayload {
    /// The new group; null when there are user errors.
    customer_group: Option<CustomerGroup>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerGroupCreateMutation {
    /// Creates a customer group, which the platform owns. Requires `groups:write`.
    #[graphql(
        guard = "guard::groups_write",
        visible = "guard::shows::groups_write",
        tag = "admin",
        requires_scopes = "groups:write"
    )]
    async fn customer_group_create(
        &self,
        ctx: &Context<'_>,
        input: CustomerGroupCreateInput,
    ) -> Result<Option<CustomerGroupCreatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerGroupCreate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let draft = input.customer_group.draft(&call.limits, &mut complaints);
        let written = match complaints.check(draft) {
            Ok(draft) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let row = service::create(unit, vec![draft.clone()]).await?.remove(0)?;
                    Ok::<_, WriteError>(row)
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (customer_group, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerGroupCreatePayload {
            customer_group: customer_group.map(CustomerGroup::from),
            user_errors,
            dry_run,
        }))
    }
}
