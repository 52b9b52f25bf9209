//! `customerGroupDelete`: a group goes, its customers stay.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::CustomerGroupId;

use super::service::{self, CustomerGroupDeletion};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Plain, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct CustomerGroupDeleteMutation;

/// The customer group to delete.
#[derive(Debug, InputObject)]
pub struct CustomerGroupDeleteInput {
    /// The group.
    id: Id<CustomerGroupId>,
    /// Delete only if this is still the version.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// What `customerGroupDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerGroupDeletePayload {
    /// The group that is gone; null when there are user errors.
    deleted_customer_group_id: Option<ID>,
    /// How many customers were in it; null when there are user errors.
    removed_membership_count: Option<i64>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerGroupDeleteMutation {
    /// Deletes a customer group and its memberships for good; the customers stay. Requires `groups:write`.
    #[graphql(
        guard = "guard::groups_write",
        visible = "guard::shows::groups_write",
        tag = "admin",
        requires_scopes = "groups:write"
    )]
    async fn customer_group_delete(
        &self,
        ctx: &Context<'_>,
        input: CustomerGroupDeleteInput,
    ) -> Result<Option<CustomerGroupDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("customerGroupDelete", input.idempotency_key, input.dry_run, None)?;
        let deletion = CustomerGroupDeletion {
            id: input.id.0,
            expected_version: input.expected_version,
        };
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                let row = service::delete(unit, &[deletion]).await?.remove(0)?;
                Ok::<_, WriteError>(Plain(row))
            })
            .await;
        let (deleted, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerGroupDeletePayload {
            deleted_customer_group_id: deleted.as_ref().map(|row| row.0.id.to_string().into()),
            removed_membership_count: deleted.map(|row| i64::try_from(row.0.memberships).unwrap_or(i64::MAX)),
            user_errors,
            dry_run,
        }))
    }
}
