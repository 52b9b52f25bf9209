//! `customerPasskeysRevoke`: support takes away the passkeys of somebody who has lost a device.

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
pub struct CustomerPasskeysRevokeMutation;

/// Whose passkeys are lost.
#[derive(Debug, InputObject)]
pub struct CustomerPasskeysRevokeInput {
    /// Which customer.
    id: Id<CustomerId>,
    /// Why, for the timeline: how you know that it is the customer who asks.
    reason: String,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerPasskeysRevoke` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerPasskeysRevokePayload {
    /// How many passkeys were there and are gone.
    revoked_count: i32,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl CustomerPasskeysRevokeMutation {
    /// Takes away all passkeys of a customer who has lost a device, also the last way to log in: by e-mail they come in
    /// again. All sessions of the customer end, and a mail tells them. Requires `sessions:write`.
    #[graphql(
        guard = "guard::sessions_write",
        visible = "guard::shows::sessions_write",
        tag = "admin",
        requires_scopes = "sessions:write"
    )]
    async fn customer_passkeys_revoke(
        &self,
        ctx: &Context<'_>,
        input: CustomerPasskeysRevokeInput,
    ) -> Result<Option<CustomerPasskeysRevokePayload>> {
        let call = ctx.call();
        let mut complaints = Complaints::default();
        let reason = complaints.required_text("reason", Some(input.reason.clone()), 500);
        let written = match complaints.check(reason) {
            Ok(_) => {
                let options = ctx.write_options(
                    "customerPasskeysRevoke",
                    input.idempotency_key,
                    input.dry_run,
                    Some(input.reason),
                )?;
                let id = input.id.0;
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let revoked = service::revoke(unit, id).await?;
                    Ok::<_, WriteError>(Plain(i32::try_from(revoked).unwrap_or(i32::MAX)))
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (revoked, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerPasskeysRevokePayload {
            revoked_count: revoked.map_or(0, |Plain(count)| count),
            user_errors,
            dry_run,
        }))
    }
}
