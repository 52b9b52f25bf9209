//! `emailChangeRequest` and `emailChangeConfirm`: another e-mail address, in two steps.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::{
    customer::Model,
    id::{AuthIdentityId, CustomerId, PrefixedId, SessionId},
};
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::time::Instant;

use super::{
    proof, service,
    token::{self, NewToken, Purpose},
};
use crate::{
    auth::{guard, rate_limit},
    features::{
        customer::service as customers,
        identity::service as identities,
        mail::service::{self as mails, NewMail},
        session::service as sessions,
    },
    graphql::{ContextExt, Email, Problem, Secret, payload},
    work::{Complaints, EmailAddress, ErrorCode, Once, Record, Topic, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct EmailChangeMutation;

/// Another e-mail address.
#[derive(Debug, InputObject)]
pub struct EmailChangeRequestInput {
    /// The e-mail address from now on.
    email: Email,
}

/// What `emailChangeRequest` answers: the same whether or not somebody else has the e-mail address.
#[derive(Debug, SimpleObject)]
pub struct EmailChangeRequestPayload {
    /// Whether the request was accepted: look for the mail at the new address.
    is_accepted: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// A link to follow.
#[derive(Debug, InputObject)]
pub struct EmailChangeConfirmInput {
    /// The token in the link.
    token: Secret,
}

/// What `emailChangeConfirm` answers.
#[derive(Debug, SimpleObject)]
pub struct EmailChangeConfirmPayload {
    /// Whether the account has the new e-mail address now.
    is_changed: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl EmailChangeMutation {
    /// Asks for another e-mail address: a mail with a link goes to the new one, and a word to the present one. For
    /// customers who have logged in lately; others are asked to do so first (`STEP_UP_REQUIRED`). Requires a customer's
    /// token.
    #[graphql(
        guard = "guard::store",
        visible = "guard::shows::store",
        tag = "store",
        requires_scopes = "store"
    )]
    async fn email_change_request(
        &self,
        ctx: &Context<'_>,
        input: EmailChangeRequestInput,
    ) -> Result<Option<EmailChangeRequestPayload>> {
        let call = ctx.call();
        let began = Instant::now();
        let (Some(own), Some(session)) = (call.viewer.customer(), call.viewer.session()) else {
            return Ok(None);
        };
        let mut complaints = Complaints::default();
        let address = complaints.email("email", Some(input.email.0));
        let written = match complaints.check(address) {
            Ok(Some(address)) => match rate_limit::count_account(call, "mail", &address.normalized).await {
                Ok(()) => {
                    let options = WriteOptions {
                        mutation: "emailChangeRequest",
                        ..WriteOptions::default()
                    };
                    call.write(options, async move |unit: &mut UnitOfWork| {
                        ask(unit, own, session, &address).await.map(Once)
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
        Ok(Some(EmailChangeRequestPayload {
            is_accepted: asked.is_some(),
            user_errors,
        }))
    }

    /// Puts the new e-mail address in the place of the old one by the link in a mail, for whoever is logged in to that
    /// account (`STEP_UP_REQUIRED` for others, which uses nothing up). Every session but the one in which it was asked for
    /// ends.
    async fn email_change_confirm(
        &self,
        ctx: &Context<'_>,
        input: EmailChangeConfirmInput,
    ) -> Result<Option<EmailChangeConfirmPayload>> {
        let call = ctx.call();
        let secret = input.token.0;
        let written = match rate_limit::count_network(call).await {
            Ok(()) => {
                let options = WriteOptions {
                    mutation: "emailChangeConfirm",
                    ..WriteOptions::default()
                };
                call.write(options, async move |unit: &mut UnitOfWork| {
                    confirm(unit, secret.expose_secret()).await.map(Once)
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (outcome, mut user_errors, _) = payload(call, written)?;
        let is_changed = matches!(outcome, Some(Once(Outcome::Changed)));
        if let Some(Once(Outcome::OfSomebodyElse)) = outcome {
            user_errors.push(outdated().into());
        }
        Ok(Some(EmailChangeConfirmPayload {
            is_changed,
            user_errors,
        }))
    }
}

async fn ask(
    unit: &mut UnitOfWork,
    own: CustomerId,
    (identity, session): (AuthIdentityId, SessionId),
    address: &EmailAddress,
) -> Result<(), WriteError> {
    sessions::check_step_up(unit, session).await?;
    identities::check_not_staff(unit, std::iter::once(own)).await?;
    token::check_cooldown(unit, Purpose::EMAIL_CHANGE, &address.normalized).await?;
    let row = customers::find(unit, own, "").await?;
    let is_same = address.normalized == row.email_normalized;
    let holder = service::holder(unit, address).await?.filter(|_| !is_same);
    let new = NewToken {
        purpose: Purpose::EMAIL_CHANGE,
        email: address.normalized.clone(),
        identity: Some(identity),
        customer: Some(own),
        data: json!({ "email": address.typed, "before": row.email_normalized, "session": session }),
        lifetime: unit.call().policy.verification_lifetime,
    };
    token::withdraw_all_of(unit, Purpose::EMAIL_CHANGE, identity).await?;
    let token = token::issue(unit, new).await?;
    let to_new = NewMail {
        // Whoever has the address already is told so, and whoever asks is not.
        template: if holder.is_some() {
            "already_registered"
        } else {
            "email_change"
        },
        recipient: address.typed.clone(),
        locale: row.locale.clone(),
        token: holder.is_none().then_some(token.id),
        customer: match holder {
            Some(holder) => holder.customer(),
            None => Some(own),
        },
        data: json!({}),
        is_withheld: false,
    };
    mails::queue(unit, to_new).await?;
    if let Some(recipient) = row.email.clone() {
        let to_old = NewMail {
            template: "email_changed",
            recipient,
            locale: row.locale,
            token: None,
            customer: Some(own),
            data: json!({ "name": row.first_name }),
            is_withheld: false,
        };
        mails::queue(unit, to_old).await?;
    }
    Ok(())
}

/// What came of following a link.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    Changed,
    /// It was sent for another customer's account, and is good no longer: somebody else had it in hands.
    OfSomebodyElse,
}

fn outdated() -> UserError {
    UserError::new(
        ErrorCode::TokenInvalid,
        "token",
        "This link is not valid (any more). Ask for a new one.",
    )
}

async fn confirm(unit: &mut UnitOfWork, secret: &str) -> Result<Outcome, WriteError> {
    let token = token::redeem(unit, Purpose::EMAIL_CHANGE, secret).await?;
    let text = |name: &str| {
        token
            .data
            .get(name)
            .and_then(serde_json::Value::as_str)
            .map(str::to_owned)
    };
    let (Some(typed), Some(identity)) = (text("email"), token.auth_identity_id) else {
        return Err(outdated().into());
    };
    let address = EmailAddress {
        typed,
        normalized: token.email_normalized.clone(),
    };
    // Since it was asked for, the account must have kept the address that it had then.
    let as_then = entity::account_token::Model {
        email_normalized: text("before").unwrap_or_default(),
        ..token.clone()
    };
    let before = service::owner_of(unit, &as_then).await?;
    if unit.viewer().customer().is_some_and(|viewer| viewer != before.id) {
        unit.record(Record {
            topic: Topic("auth.email_change_refused"),
            subject: before.id.uuid(),
            begins: false,
            object: identity.to_string(),
            version: 1,
            changes: Vec::new(),
        });
        return Ok(Outcome::OfSomebodyElse);
    }
    if unit.viewer().customer().is_none() {
        // Whoever reads the mail need not be who asked for the change, who would be given the guests of the address.
        return Err(UserError::new(
            ErrorCode::StepUpRequired,
            "",
            "Log in to the account whose e-mail address is to change, then follow the link once more. If you did not ask \
             for this, do nothing.",
        )
        .into());
    }
    if address.normalized != before.email_normalized && service::has_log_in(unit, &address).await? {
        return Err(outdated().into());
    }
    let after = Model {
        email: Some(address.typed.clone()),
        email_normalized: address.normalized.clone(),
        email_verified_at: None,
        ..before.clone()
    };
    let row = customers::replace(unit, &before, after).await?;
    identities::follow_emails(unit, &[(row.id, address.normalized)].into()).await?;
    token::withdraw_all_of(unit, Purpose::PASSWORD_RESET, identity).await?;
    proof::prove(unit, row, Some(identity)).await?;
    match text("session").and_then(|session| session.parse().ok()) {
        Some(session) => sessions::end_others(unit, identity, session).await?,
        None => sessions::end(unit, identity, None).await?,
    };
    Ok(Outcome::Changed)
}
