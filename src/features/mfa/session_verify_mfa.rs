//! `sessionVerifyMfa`: the second step of a log-in.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result};
use entity::session::Assurance;
use sea_orm::DbErr;
use secrecy::{ExposeSecret, SecretString};

use super::service::{self, Shown};
use crate::{
    auth::rate_limit,
    features::{
        account::{
            admission::{self, Admitted, Entrant, EntryTokens},
            token::{self, Purpose},
        },
        session::{entered, grant_payload},
    },
    graphql::{ContextExt, Secret, payload, problems},
    work::{Call, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions},
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
        let secret = input.mfa_token.0;
        let written = match shown(input.code, input.recovery_code) {
            Some(shown) => match count(call, &secret).await {
                Ok(()) => {
                    let options = WriteOptions {
                        mutation: "sessionVerifyMfa",
                        ..WriteOptions::default()
                    };
                    let tokens = tokens.clone();
                    call.write(options, async move |unit: &mut UnitOfWork| {
                        verify(unit, secret.expose_secret(), &shown, &tokens).await.map(Once)
                    })
                    .await
                }
                Err(error) => Err(error),
            },
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

/// `None` for what does not fit, which must be written like every other outcome, because the try was counted.
async fn verify(
    unit: &mut UnitOfWork,
    secret: &str,
    shown: &Shown,
    tokens: &EntryTokens,
) -> Result<Option<Admitted>, WriteError> {
    let Some(token) = token::count_try(unit, Purpose::MFA_CHALLENGE, secret).await? else {
        return Err(UserError::new(
            ErrorCode::TokenInvalid,
            "mfaToken",
            "This token is not valid (any more). Log in again from the beginning.",
        )
        .into());
    };
    let entrant: Entrant =
        serde_json::from_value(token.data.clone()).map_err(|error| DbErr::Json(error.to_string()))?;
    if !service::accept(unit, entrant.identity, shown).await? || !token::use_up(unit, token.id).await? {
        return Ok(None);
    }
    if !admission::may_log_in(unit, entrant).await? {
        return Err(admission::disabled().into());
    }
    let session = admission::open(unit, entrant, tokens, Assurance::Two).await?;
    Ok(Some(Admitted::Session(Box::new(session))))
}
