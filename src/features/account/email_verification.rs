//! `emailVerificationRequest` and `emailVerificationConfirm`: proving that an e-mail address is one's own.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::{id::PrefixedId, session::ActorType};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{
    admission::{self, Admitted, Entrant, EntryTokens},
    doorman::{self, AtTheDoor},
    proof, registration, service,
    token::{self, Purpose},
};
use crate::{
    auth::{LogInFacts, rate_limit},
    features::session::{entered, grant_payload},
    graphql::{ContextExt, Email, Problem, Secret, payload},
    work::{
        Call, Complaints, ErrorCode, Once, RegistrationTicket, SessionCookies, UnitOfWork, UserError, WriteError,
        WriteOptions, Written,
    },
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct EmailVerificationMutation;

/// Which e-mail address is to be proven.
#[derive(Debug, InputObject)]
pub struct EmailVerificationRequestInput {
    /// The e-mail address, in any case.
    email: Email,
}

/// What `emailVerificationRequest` answers: the same whether or not the e-mail address is known.
#[derive(Debug, SimpleObject)]
pub struct EmailVerificationRequestPayload {
    /// Whether the request was accepted. It says nothing about the e-mail address: look for the mail.
    is_accepted: bool,
    /// What stands in the way.
    user_errors: Vec<Problem>,
}

/// A link to follow.
#[derive(Debug, InputObject)]
pub struct EmailVerificationConfirmInput {
    /// The token in the link.
    token: Secret,
    /// The ticket that `customerRegister` gave. With it the password that was typed then is the account's, and, where
    /// the account is opened by this, so is a session. Without it the account is opened, but its owner must choose a
    /// password with `passwordResetRequest`, since a stranger may have typed that one. Left out in cookie mode.
    ticket: Option<Secret>,
}

grant_payload! {
    /// What `emailVerificationConfirm` answers: a session, where the ticket came along.
    EmailVerificationConfirmPayload {
        /// Whether the e-mail address is proven now.
        is_verified: bool,
        /// Whether the account has no password yet: ask for one with `passwordResetRequest`.
        needs_password: bool,
    }
}

#[Object]
impl EmailVerificationMutation {
    /// Sends once more the mail whose link proves an e-mail address, where a registration waits for it or an account
    /// has not proven it yet; the answer is the same otherwise. Whoever asks again within a minute is told `COOLDOWN`.
    async fn email_verification_request(
        &self,
        ctx: &Context<'_>,
        input: EmailVerificationRequestInput,
    ) -> Result<Option<EmailVerificationRequestPayload>> {
        let call = ctx.call();
        let began = Instant::now();
        let mut complaints = Complaints::default();
        let address = complaints.email("email", Some(input.email.0));
        let written = match complaints.check(address) {
            Ok(Some(address)) => match rate_limit::count_account(call, "mail", &address.normalized).await {
                Ok(()) => {
                    let options = WriteOptions {
                        mutation: "emailVerificationRequest",
                        ..WriteOptions::default()
                    };
                    call.write(options, async move |unit: &mut UnitOfWork| {
                        registration::send_again(unit, &address).await.map(Once)
                    })
                    .await
                }
                Err(error) => Err(error),
            },
            Ok(None) => Err(UserError::new(ErrorCode::Required, "email", "Fill this in.").into()),
            Err(errors) => Err(errors.into()),
        };
        call.answer_not_before(began).await;
        let (sent, user_errors, _) = payload(call, written)?;
        Ok(Some(EmailVerificationRequestPayload {
            is_accepted: sent.is_some(),
            user_errors,
        }))
    }

    /// Proves an e-mail address by the link in a mail. After a registration this opens the account; guests with the
    /// same address become part of it, with their orders and addresses. For an account that is open already, it asks for
    /// the ticket of the registration or for a log-in (`STEP_UP_REQUIRED`).
    async fn email_verification_confirm(
        &self,
        ctx: &Context<'_>,
        input: EmailVerificationConfirmInput,
    ) -> Result<Option<EmailVerificationConfirmPayload>> {
        let call = ctx.call();
        let tokens = EntryTokens::new(&call.ids);
        let kept = call.cookies.as_ref().and_then(SessionCookies::ticket).cloned();
        let ticket = input.ticket.map(|ticket| ticket.0).or(kept);
        let written = follow(call, input.token.0, ticket, &tokens).await;
        let (confirmed, user_errors, _) = payload(call, written)?;
        let Some(Once(confirmed)) = confirmed else {
            return Ok(Some(EmailVerificationConfirmPayload::new(
                None,
                false,
                false,
                user_errors,
            )));
        };
        if let Some(cookies) = &call.cookies {
            cookies.put_ticket(RegistrationTicket::Gone);
        }
        let (grant, _, user_errors) = entered(call, confirmed.admitted, &tokens, user_errors)?;
        Ok(Some(EmailVerificationConfirmPayload::new(
            grant,
            true,
            confirmed.needs_password,
            user_errors,
        )))
    }
}

struct Confirmed {
    admitted: Option<Admitted>,
    needs_password: bool,
}

async fn follow(
    call: &Arc<Call>,
    secret: SecretString,
    ticket: Option<SecretString>,
    tokens: &EntryTokens,
) -> Result<Written<Once<Confirmed>>, WriteError> {
    rate_limit::count_network(call).await?;
    let who = newcomer(call, &secret, ticket.as_ref()).await?;
    doorman::ask(call, &who).await?;
    let options = WriteOptions {
        mutation: "emailVerificationConfirm",
        ..WriteOptions::default()
    };
    let tokens = tokens.clone();
    let written = call
        .write(options, async move |unit: &mut UnitOfWork| {
            confirm(unit, &secret, ticket.as_ref(), &tokens).await.map(Once)
        })
        .await?;
    let admitted = written.value.0.admitted.as_ref();
    doorman::tell(call, who, admitted.and_then(Admitted::session));
    Ok(written)
}

/// Who will be let in by this link: with the ticket of a registration alone, and they are nobody yet.
async fn newcomer(call: &Call, secret: &SecretString, ticket: Option<&SecretString>) -> Result<AtTheDoor, WriteError> {
    if !call.hooks.are_configured() {
        return Ok(None);
    }
    let token = token::peek(call, Purpose::REGISTRATION, secret.expose_secret()).await?;
    let ticket = ticket.map(ExposeSecret::expose_secret);
    let token = token.filter(|token| registration::is_ticket_of(token, ticket));
    Ok(token.map(|token| {
        let email = Some(token.email_normalized.as_str());
        LogInFacts::of("registration", ActorType::Customer, None, email)
    }))
}

async fn confirm(
    unit: &mut UnitOfWork,
    secret: &SecretString,
    ticket: Option<&SecretString>,
    tokens: &EntryTokens,
) -> Result<Confirmed, WriteError> {
    let (secret, ticket) = (secret.expose_secret(), ticket.map(ExposeSecret::expose_secret));
    if let Some(token) = token::redeem_if_good(unit, Purpose::EMAIL_VERIFICATION, secret).await? {
        let customer = service::owner_of(unit, &token).await?;
        if unit.viewer().customer() != Some(customer.id) && !registration::is_ticket_of(&token, ticket) {
            // Whoever reads the mail need not be who opened the account: a stranger may have done that with the
            // reader's address, and would be given the guests of the address. Nothing is used up by this answer.
            return Err(UserError::new(
                ErrorCode::StepUpRequired,
                "",
                "Log in first, then follow the link once more. If you did not open this account, ask for a new password \
                 instead: that makes it yours.",
            )
            .into());
        }
        proof::prove(unit, customer, token.auth_identity_id).await?;
        return Ok(Confirmed {
            admitted: None,
            needs_password: false,
        });
    }
    let opened = registration::confirm(unit, secret, ticket).await?;
    let entrant = Entrant {
        identity: opened.identity,
        actor: ActorType::Customer,
        actor_id: opened.customer.id.uuid(),
    };
    let admitted = if opened.has_password {
        Some(admission::admit(unit, entrant, tokens).await?)
    } else {
        None
    };
    Ok(Confirmed {
        admitted,
        needs_password: !opened.has_password,
    })
}
