//! `passwordResetRequest`, `passwordReset` and `customerPasswordResetSend`: a new password without the old one.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::{id::CustomerId, session::ActorType};
use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::reset;
use crate::{
    auth::{guard, rate_limit},
    features::{customer::service as customers, session::SessionActor},
    graphql::{ContextExt, DryRunResult, Email, Id, Problem, Secret, payload},
    work::{Complaints, ErrorCode, Once, Plain, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct PasswordResetMutation;

/// Whose password is forgotten.
#[derive(Debug, InputObject)]
pub struct PasswordResetRequestInput {
    /// The e-mail address, in any case.
    email: Email,
    /// As what they log in.
    #[graphql(default)]
    actor: SessionActor,
}

/// What `passwordResetRequest` answers: the same whether or not the e-mail address is known.
#[derive(Debug, SimpleObject)]
pub struct PasswordResetRequestPayload {
    /// Whether the request was accepted. It says nothing about the e-mail address: look for the mail.
    is_accepted: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// A new password.
#[derive(Debug, InputObject)]
pub struct PasswordResetInput {
    /// The token in the link.
    token: Secret,
    /// The password from now on.
    new_password: Secret,
}

/// What `passwordReset` answers.
#[derive(Debug, SimpleObject)]
pub struct PasswordResetPayload {
    /// Whether the password was set. Every session has ended: log in with the new password.
    is_reset: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// To whom a mail with a link to set a new password goes.
#[derive(Debug, InputObject)]
pub struct CustomerPasswordResetSendInput {
    /// Which customer.
    id: Id<CustomerId>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerPasswordResetSend` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerPasswordResetSendPayload {
    /// Whether a mail is on its way.
    is_sent: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl PasswordResetMutation {
    /// Sends a mail with a link to set a new password, if somebody logs in with this e-mail address; the answer is the
    /// same otherwise. The link is good for half an hour and once, and only the newest is.
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        input: PasswordResetRequestInput,
    ) -> Result<Option<PasswordResetRequestPayload>> {
        let call = ctx.call();
        let began = Instant::now();
        let typed = input.email.0;
        let actor = ActorType::from(input.actor);
        let mut complaints = Complaints::default();
        let address = complaints.email("email", Some(typed));
        let written = match complaints.check(address) {
            Ok(Some(address)) => match rate_limit::count_account(call, "mail", &address.normalized).await {
                Ok(()) => {
                    let options = WriteOptions {
                        mutation: "passwordResetRequest",
                        ..WriteOptions::default()
                    };
                    call.write(options, async move |unit: &mut UnitOfWork| {
                        reset::ask(unit, &address.typed, &address.normalized, actor).await?;
                        Ok::<_, WriteError>(Once(()))
                    })
                    .await
                    .map(|_| ())
                }
                Err(error) => Err(error),
            },
            Ok(None) => Err(UserError::new(ErrorCode::Required, "email", "Fill this in.").into()),
            Err(errors) => Err(errors.into()),
        };
        call.answer_not_before(began).await;
        let is_accepted = written.is_ok();
        let user_errors = match written {
            Ok(()) => Vec::new(),
            Err(error) => payload::<()>(call, Err(error))?.1,
        };
        Ok(Some(PasswordResetRequestPayload {
            is_accepted,
            user_errors,
        }))
    }

    /// Sets a new password by the link in a mail. Every session of the account ends.
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        input: PasswordResetInput,
    ) -> Result<Option<PasswordResetPayload>> {
        let call = ctx.call();
        let policy = call.passwords.policy();
        let prepared = match policy.check("newPassword", &input.new_password.0, &[]) {
            // Said before the link is used up.
            Some(error) => Err(error.into()),
            None => match rate_limit::count_network(call).await {
                Ok(()) => call.passwords.hash(&input.new_password.0).await,
                Err(error) => Err(error),
            },
        };
        let written = match prepared {
            Ok(hash) => {
                let options = WriteOptions {
                    mutation: "passwordReset",
                    ..WriteOptions::default()
                };
                let secret = input.token.0;
                call.write(options, async move |unit: &mut UnitOfWork| {
                    reset::finish(unit, secret.expose_secret(), hash.clone()).await?;
                    Ok::<_, WriteError>(Once(()))
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (done, user_errors, _) = payload(call, written)?;
        Ok(Some(PasswordResetPayload {
            is_reset: done.is_some(),
            user_errors,
        }))
    }

    /// Sends a customer a mail with a link to set a new password. Nobody but the customer can set it. Requires
    /// `sessions:write`.
    #[graphql(
        guard = "guard::sessions_write",
        visible = "guard::shows::sessions_write",
        tag = "admin",
        requires_scopes = "sessions:write"
    )]
    async fn customer_password_reset_send(
        &self,
        ctx: &Context<'_>,
        input: CustomerPasswordResetSendInput,
    ) -> Result<Option<CustomerPasswordResetSendPayload>> {
        let call = ctx.call();
        let options = ctx.write_options(
            "customerPasswordResetSend",
            input.idempotency_key,
            input.dry_run,
            input.reason,
        )?;
        let id = input.id.0;
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                let row = customers::find_for_account(unit, id, "id").await?;
                reset::send_to(unit, &row).await?;
                Ok::<_, WriteError>(Plain(true))
            })
            .await;
        let (sent, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerPasswordResetSendPayload {
            is_sent: sent.is_some() && dry_run.is_none(),
            user_errors,
            dry_run,
        }))
    }
}
