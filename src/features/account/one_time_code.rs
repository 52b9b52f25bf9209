//! `otpRequest` and `otpConfirm`: logging in by a code.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::session::ActorType;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{
    addressee,
    admission::{Admitted, EntryTokens},
    doorman, email_log_in,
};
use crate::{
    auth::rate_limit,
    features::session::{SessionActor, entered, grant_payload},
    graphql::{ContextExt, Email, Problem, Secret, payload, problems},
    text::normalize_email,
    work::{Call, Complaints, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions, Written},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct OneTimeCodeMutation;

/// To whom a code goes.
#[derive(Debug, InputObject)]
pub struct OtpRequestInput {
    /// The e-mail address, in any case.
    email: Email,
    /// As what to log in.
    #[graphql(default)]
    actor: SessionActor,
}

/// What `otpRequest` answers: the same whether or not the e-mail address is known.
#[derive(Debug, SimpleObject)]
pub struct OtpRequestPayload {
    /// Whether the request was accepted. It says nothing about the e-mail address: look for the mail.
    is_accepted: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// A code to log in with.
#[derive(Debug, InputObject)]
pub struct OtpConfirmInput {
    /// The e-mail address to which the code was sent, in any case.
    email: Email,
    /// The eight digits in the mail; spaces and hyphens do not matter.
    code: Secret,
}

grant_payload! {
    /// What `otpConfirm` answers.
    OtpConfirmPayload {
        /// Where there is a second factor (`MFA_REQUIRED`), the token to give to `sessionVerifyMfa`.
        mfa_token: Option<String>,
    }
}

#[Object]
impl OneTimeCodeMutation {
    /// Sends a mail with a code to log in, if there is an account with this e-mail address; the answer is the same
    /// otherwise, and no account is opened. The code is good for ten minutes and once, may be tried five times, and only
    /// the newest is.
    async fn otp_request(&self, ctx: &Context<'_>, input: OtpRequestInput) -> Result<Option<OtpRequestPayload>> {
        let call = ctx.call();
        let began = Instant::now();
        let actor = ActorType::from(input.actor);
        let mut complaints = Complaints::default();
        let address = complaints.email("email", Some(input.email.0));
        let written = match complaints.check(address) {
            Ok(Some(address)) => match rate_limit::count_account(call, "mail", &address.normalized).await {
                Ok(()) => {
                    let options = WriteOptions {
                        mutation: "otpRequest",
                        ..WriteOptions::default()
                    };
                    call.write(options, async move |unit: &mut UnitOfWork| {
                        let notice = email_log_in::code(unit, actor);
                        addressee::ask(unit, &address.typed, &address.normalized, notice).await?;
                        Ok::<_, WriteError>(Once(()))
                    })
                    .await
                }
                Err(error) => Err(error),
            },
            Ok(None) => Err(UserError::new(ErrorCode::Required, "email", "Fill this in.").into()),
            Err(errors) => Err(errors.into()),
        };
        call.answer_not_before(began).await;
        let (asked, user_errors, _) = payload(call, written)?;
        Ok(Some(OtpRequestPayload {
            is_accepted: asked.is_some(),
            user_errors,
        }))
    }

    /// Logs in by the code in a mail, which also proves the e-mail address. Whatever is wrong with the code, the answer
    /// is `TOKEN_INVALID`. Whoever has a second factor is asked for it (`MFA_REQUIRED`). If nobody had proven the
    /// address before, sessions and password that were there are gone: a stranger may have put them there.
    async fn otp_confirm(&self, ctx: &Context<'_>, input: OtpConfirmInput) -> Result<Option<OtpConfirmPayload>> {
        let call = ctx.call();
        let tokens = EntryTokens::new(&call.ids);
        // What is no e-mail address is looked up as well, and not found.
        let email = normalize_email(&input.email.0).unwrap_or_default();
        let written = log_in(call, email, input.code.0, &tokens).await;
        let (admitted, mut user_errors, _) = payload(call, written)?;
        if let Some(Once(None)) = admitted {
            user_errors = problems(vec![UserError::new(
                ErrorCode::TokenInvalid,
                "code",
                "This code is not valid (any more). After five tries, ask for a new one.",
            )]);
        }
        let admitted = admitted.and_then(|Once(admitted)| admitted);
        let (grant, mfa_token, user_errors) = entered(call, admitted, &tokens, user_errors)?;
        Ok(Some(OtpConfirmPayload::new(grant, mfa_token, user_errors)))
    }
}

/// The code is compared before those are asked who may refuse, and used up after.
async fn log_in(
    call: &Arc<Call>,
    email: String,
    code: SecretString,
    tokens: &EntryTokens,
) -> Result<Written<Once<Option<Admitted>>>, WriteError> {
    rate_limit::count_account(call, "code", &email).await?;
    let options = WriteOptions {
        mutation: "otpConfirm",
        ..WriteOptions::default()
    };
    let compared = call
        .write(options.clone(), async move |unit: &mut UnitOfWork| {
            email_log_in::compare(unit, &email, code.expose_secret())
                .await
                .map(Once)
        })
        .await?;
    let Once(Some(token)) = compared.value else {
        call.failures.note();
        return Ok(Written {
            value: Once(None),
            dry_run: None,
        });
    };
    let who = doorman::of_token(call, "one_time_code", &token).await?;
    doorman::ask(call, &who).await?;
    let tokens = tokens.clone();
    let written = call
        .write(options, async move |unit: &mut UnitOfWork| {
            email_log_in::type_in(unit, &token, &tokens).await.map(Once)
        })
        .await?;
    let session = written.value.0.as_ref().and_then(Admitted::session);
    doorman::tell(call, who, session);
    Ok(written)
}
