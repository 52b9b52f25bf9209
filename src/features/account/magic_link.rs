//! `magicLinkRequest` and `magicLinkConsume`: logging in by a link.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::session::ActorType;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{
    addressee,
    admission::{Admitted, EntryTokens},
    doorman, email_log_in,
    token::Purpose,
};
use crate::{
    auth::rate_limit,
    features::session::{SessionActor, entered, grant_payload},
    graphql::{ContextExt, Email, Problem, Secret, payload},
    work::{Call, Complaints, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions, Written},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct MagicLinkMutation;

/// To whom a link goes.
#[derive(Debug, InputObject)]
pub struct MagicLinkRequestInput {
    /// The e-mail address, in any case.
    email: Email,
    /// As what to log in.
    #[graphql(default)]
    actor: SessionActor,
}

/// What `magicLinkRequest` answers: the same whether or not the e-mail address is known.
#[derive(Debug, SimpleObject)]
pub struct MagicLinkRequestPayload {
    /// Whether the request was accepted. It says nothing about the e-mail address: look for the mail.
    is_accepted: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// A link to follow.
#[derive(Debug, InputObject)]
pub struct MagicLinkConsumeInput {
    /// The token in the link.
    token: Secret,
}

grant_payload! {
    /// What `magicLinkConsume` answers.
    MagicLinkConsumePayload {
        /// Where there is a second factor (`MFA_REQUIRED`), the token to give to `sessionVerifyMfa`.
        mfa_token: Option<String>,
    }
}

#[Object]
impl MagicLinkMutation {
    /// Sends a mail with a link to log in, if there is an account with this e-mail address; the answer is the same
    /// otherwise, and no account is opened. The link is good for a quarter of an hour and once, and only the newest is.
    async fn magic_link_request(
        &self,
        ctx: &Context<'_>,
        input: MagicLinkRequestInput,
    ) -> Result<Option<MagicLinkRequestPayload>> {
        let call = ctx.call();
        let began = Instant::now();
        let actor = ActorType::from(input.actor);
        let mut complaints = Complaints::default();
        let address = complaints.email("email", Some(input.email.0));
        let written = match complaints.check(address) {
            Ok(Some(address)) => match rate_limit::count_account(call, "mail", &address.normalized).await {
                Ok(()) => {
                    let options = WriteOptions {
                        mutation: "magicLinkRequest",
                        ..WriteOptions::default()
                    };
                    call.write(options, async move |unit: &mut UnitOfWork| {
                        let notice = email_log_in::link(unit, actor);
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
        Ok(Some(MagicLinkRequestPayload {
            is_accepted: asked.is_some(),
            user_errors,
        }))
    }

    /// Logs in by the link in a mail, which also proves the e-mail address. Whoever has a second factor is asked for it
    /// (`MFA_REQUIRED`). If nobody had proven the address before, sessions and password that were there are gone: a
    /// stranger may have put them there.
    async fn magic_link_consume(
        &self,
        ctx: &Context<'_>,
        input: MagicLinkConsumeInput,
    ) -> Result<Option<MagicLinkConsumePayload>> {
        let call = ctx.call();
        let tokens = EntryTokens::new(&call.ids);
        let (admitted, user_errors, _) = payload(call, consume(call, input.token.0, &tokens).await)?;
        let admitted = admitted.map(|Once(admitted)| admitted);
        let (grant, mfa_token, user_errors) = entered(call, admitted, &tokens, user_errors)?;
        Ok(Some(MagicLinkConsumePayload::new(grant, mfa_token, user_errors)))
    }
}

async fn consume(
    call: &Arc<Call>,
    secret: SecretString,
    tokens: &EntryTokens,
) -> Result<Written<Once<Admitted>>, WriteError> {
    rate_limit::count_network(call).await?;
    let who = doorman::with_token(call, "magic_link", Purpose::MAGIC_LINK, secret.expose_secret()).await?;
    doorman::ask(call, &who).await?;
    let options = WriteOptions {
        mutation: "magicLinkConsume",
        ..WriteOptions::default()
    };
    let tokens = tokens.clone();
    let written = call
        .write(options, async move |unit: &mut UnitOfWork| {
            email_log_in::follow(unit, secret.expose_secret(), &tokens)
                .await
                .map(Once)
        })
        .await?;
    doorman::tell(call, who, written.value.0.session());
    Ok(written)
}
