//! `sessionVerifyMfa`: the second step of a log-in.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result};
use entity::{id::AccountTokenId, session::Assurance};
use sea_orm::DbErr;
use secrecy::{ExposeSecret, SecretString};

use super::service::{self, Shown};
use crate::{
    auth::rate_limit,
    features::{
        account::{
            admission::{self, Admitted, Entrant, EntryTokens},
            doorman,
            token::{self, Purpose},
        },
        session::{entered, grant_payload},
    },
    graphql::{ContextExt, Secret, payload, problems},
    work::{Call, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions, Written},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct SessionVerifyMfaMutation;

/// The second step of a log-in: a code of the app, or a recovery code.
#[derive(Debug, InputObject)]
pub struct SessionVerifyMfaInput {
    /// The token that the first step gave.
    mfa_token: Secret,
    /// The six digits that the app shows.
    code: Option<Secret>,
    /// A recovery code, in the place of a code of the app.
    recovery_code: Option<Secret>,
}

grant_payload! {
    /// What `sessionVerifyMfa` answers.
    SessionVerifyMfaPayload
}

/// What somebody shows, of the two that an input may have; never both.
pub(super) fn shown(code: Option<Secret>, recovery_code: Option<Secret>) -> Option<Shown> {
    match (code, recovery_code) {
        (Some(code), None) => Some(Shown::Code(code.0)),
        (None, Some(code)) => Some(Shown::RecoveryCode(code.0)),
        _ => None,
    }
}

#[Object]
impl SessionVerifyMfaMutation {
    /// Opens the session for which a log-in asked for the second factor (`MFA_REQUIRED`). There are five tries
    /// (`MFA_INVALID`) in five minutes, then the token is dead (`TOKEN_INVALID`) and the log-in begins anew. A code works
    /// once.
    async fn session_verify_mfa(
        &self,
        ctx: &Context<'_>,
        input: SessionVerifyMfaInput,
    ) -> Result<Option<SessionVerifyMfaPayload>> {
        let call = ctx.call();
        let tokens = EntryTokens::new(&call.ids);
        let written = match shown(input.code, input.recovery_code) {
            Some(shown) => verify(call, input.mfa_token.0, shown, &tokens).await,
            None => Err(UserError::new(ErrorCode::Required, "code", "Give either a code or a recovery code.").into()),
        };
        let (admitted, mut user_errors, _) = payload(call, written)?;
        if let Some(Once(None)) = admitted {
            user_errors = problems(vec![service::wrong("code")]);
        }
        let admitted = admitted.and_then(|Once(admitted)| admitted);
        let (grant, _, user_errors) = entered(call, admitted, &tokens, user_errors)?;
        Ok(Some(SessionVerifyMfaPayload::new(grant, user_errors)))
    }
}

/// Counts the try: for the network, and for the account whose password was shown, so that new tokens give no new tries.
async fn count(call: &Arc<Call>, secret: &SecretString) -> Result<(), WriteError> {
    rate_limit::count_network(call).await?;
    match token::identity_of(call, Purpose::MFA_CHALLENGE, secret.expose_secret()).await? {
        Some(identity) => rate_limit::count_account(call, "mfa", &identity.to_string()).await,
        None => Ok(()),
    }
}

/// What is shown is used up before those are asked who may refuse, and the token after.
async fn verify(
    call: &Arc<Call>,
    secret: SecretString,
    shown: Shown,
    tokens: &EntryTokens,
) -> Result<Written<Once<Option<Admitted>>>, WriteError> {
    count(call, &secret).await?;
    let options = WriteOptions {
        mutation: "sessionVerifyMfa",
        ..WriteOptions::default()
    };
    let compared = call
        .write(options.clone(), async move |unit: &mut UnitOfWork| {
            compare(unit, secret.expose_secret(), &shown).await.map(Once)
        })
        .await?;
    let Once(Some((token, entrant))) = compared.value else {
        call.failures.note();
        return Ok(Written {
            value: Once(None),
            dry_run: None,
        });
    };
    let who = doorman::of_actor(call, "second_factor", entrant.actor, entrant.actor_id).await?;
    doorman::ask(call, &who).await?;
    let tokens = tokens.clone();
    let written = call
        .write(options, async move |unit: &mut UnitOfWork| {
            enter(unit, token, entrant, &tokens)
                .await
                .map(|session| Once(Some(session)))
        })
        .await?;
    let session = written.value.0.as_ref().and_then(Admitted::session);
    doorman::tell(call, who, session);
    Ok(written)
}

/// `None` for what does not fit, which must be written like every other outcome, because the try was counted.
async fn compare(
    unit: &UnitOfWork,
    secret: &str,
    shown: &Shown,
) -> Result<Option<(AccountTokenId, Entrant)>, WriteError> {
    let Some(token) = token::count_try(unit, Purpose::MFA_CHALLENGE, secret).await? else {
        return Err(outdated().into());
    };
    let entrant: Entrant =
        serde_json::from_value(token.data.clone()).map_err(|error| DbErr::Json(error.to_string()))?;
    let is_right = service::accept(unit, entrant.identity, shown).await?;
    Ok(is_right.then_some((token.id, entrant)))
}

async fn enter(
    unit: &mut UnitOfWork,
    token: AccountTokenId,
    entrant: Entrant,
    tokens: &EntryTokens,
) -> Result<Admitted, WriteError> {
    if !token::use_up(unit, token).await? {
        return Err(outdated().into());
    }
    if !admission::may_log_in(unit, entrant).await? {
        return Err(admission::disabled().into());
    }
    let session = admission::open(unit, entrant, tokens, Assurance::Two).await?;
    Ok(Admitted::Session(Box::new(session)))
}

fn outdated() -> UserError {
    UserError::new(
        ErrorCode::TokenInvalid,
        "mfaToken",
        "This token is not valid (any more). Log in again from the beginning.",
    )
}
