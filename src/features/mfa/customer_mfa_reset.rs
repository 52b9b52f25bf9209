//! `customerMfaReset`: support takes away a second factor that its owner has lost.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::CustomerId;

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, Plain, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct CustomerMfaResetMutation;

/// Whose second factor is lost.
#[derive(Debug, InputObject)]
pub struct CustomerMfaResetInput {
    /// Which customer.
    id: Id<CustomerId>,
    /// Why, for the timeline: how you know that it is the customer who asks.
    reason: String,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerMfaReset` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerMfaResetPayload {
    /// Whether the second factor is gone.
    is_reset: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerMfaResetMutation {
    /// Takes away the second factor and the recovery codes of a customer who has lost them. All sessions of the customer
    /// end, and a mail tells them. Requires `sessions:write`.
    #[graphql(
        guard = "guard::sessions_write",
        visible = "guard::shows::sessions_write",
        tag = "admin",
        requires_scopes = "sessions:write"
    )]
    async fn customer_mfa_reset(
        &self,
        ctx: &Context<'_>,
        input: CustomerMfaResetInput,
    ) -> Result<Option<CustomerMfaResetPayload>> {
        let call = ctx.call();
        let mut complaints = Complaints::default();
        let reason = complaints.required_text("reason", Some(input.reason.clone()), 500);
        let written = match complaints.check(reason) {
            Ok(_) => {
                let options = ctx.write_options(
                    "customerMfaReset",
                    input.idempotency_key,
                    input.dry_run,
                    Some(input.reason),
                )?;
                let id = input.id.0;
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::reset(unit, id).await?;
                    Ok::<_, WriteError>(Plain(true))
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (reset, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerMfaResetPayload {
            is_reset: reset.is_some() && dry_run.is_none(),
            user_errors,
            dry_run,
        }))
    }
}
