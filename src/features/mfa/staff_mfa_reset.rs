//! `staffMfaReset`: a colleague takes away a second factor that its owner has lost.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::StaffUserId;

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, Plain, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct StaffMfaResetMutation;

/// Whose second factor is lost.
#[derive(Debug, InputObject)]
pub struct StaffMfaResetInput {
    /// Which staff user.
    id: Id<StaffUserId>,
    /// Why, for the timeline: how you know that it is they who ask.
    reason: String,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `staffMfaReset` answers.
#[derive(Debug, SimpleObject)]
pub struct StaffMfaResetPayload {
    /// Whether the second factor is gone.
    is_reset: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl StaffMfaResetMutation {
    /// Takes away the second factor and the recovery codes of a staff user who has lost them, and who may do at most what
    /// you may (`OUT_OF_SCOPE_PERMISSION`). All their sessions end, and a mail tells them. Requires `staff:write`.
    #[graphql(
        guard = "guard::staff_write",
        visible = "guard::shows::staff_write",
        tag = "admin",
        requires_scopes = "staff:write"
    )]
    async fn staff_mfa_reset(
        &self,
        ctx: &Context<'_>,
        input: StaffMfaResetInput,
    ) -> Result<Option<StaffMfaResetPayload>> {
        let call = ctx.call();
        let mut complaints = Complaints::default();
        let reason = complaints.required_text("reason", Some(input.reason.clone()), 500);
        let written = match complaints.check(reason) {
            Ok(_) => {
                let options = ctx.write_options(
                    "staffMfaReset",
                    input.idempotency_key,
                    input.dry_run,
                    Some(input.reason),
                )?;
                let id = input.id.0;
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::reset_of_staff(unit, id).await?;
                    Ok::<_, WriteError>(Plain(true))
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (reset, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(StaffMfaResetPayload {
            is_reset: reset.is_some() && dry_run.is_none(),
            user_errors,
            dry_run,
        }))
    }
}
