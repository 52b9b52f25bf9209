//! A challenge while somebody's device answers it.
//!
//! What must be remembered of it stands beside an account token, whose secret only the one has who asked. It is used up
//! when an answer comes, before the answer is looked at, so nothing that was once answered is looked at again.

use std::time::Duration;

use entity::{
    id::{AuthIdentityId, SessionId},
    session::ActorType,
};
use sea_orm::{DbErr, entity::prelude::Json};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{
    auth::ACCOUNT_TOKEN_PREFIX,
    features::account::token::{self, NewToken, Purpose},
    work::{ErrorCode, Ids, UnitOfWork, UserError, WriteError},
};

/// For how long a device may take.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// For what somebody's device is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// To prove who they are: to log in as this, where it is a log-in.
    Prove(ActorType),
    /// To set up a passkey of the identity that is logged in, in this session.
    Register(AuthIdentityId, SessionId),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    actor: Option<ActorType>,
    session: Option<SessionId>,
    state: Json,
}

/// The secret of a new challenge.
pub(super) fn new_secret(ids: &Ids) -> SecretString {
    format!("{ACCOUNT_TOKEN_PREFIX}{}", ids.token()).into()
}

/// Keeps what must be remembered of a challenge.
///
/// # Errors
/// Faults.
pub(super) async fn keep<S: Serialize>(
    unit: &UnitOfWork,
    errand: Errand,
    state: &S,
    secret: &SecretString,
) -> Result<(), WriteError> {
    let failed = |error: serde_json::Error| DbErr::Json(error.to_string());
    let state = serde_json::to_value(state).map_err(failed)?;
    let (purpose, actor, identity, session) = match errand {
        Errand::Prove(actor) => (Purpose::PASSKEY_LOG_IN, Some(actor), None, None),
        Errand::Register(identity, session) => (Purpose::PASSKEY_REGISTRATION, None, Some(identity), Some(session)),
    };
    let kept = Kept { actor, session, state };
    let new = NewToken {
        purpose,
        email: String::new(),
        identity,
        customer: None,
        data: serde_json::to_value(kept).map_err(failed)?,
        lifetime: LIFETIME,
    };
    token::issue_now(unit, new, secret.expose_secret()).await?;
    Ok(())
}

/// Uses up the challenge of a log-in; answers as what to log in, and what was remembered.
///
/// # Errors
/// `TOKEN_INVALID`.
pub(super) async fn end_log_in(unit: &UnitOfWork, secret: &SecretString) -> Result<(ActorType, Json), WriteError> {
    let token = token::redeem_if_good(unit, Purpose::PASSKEY_LOG_IN, secret.expose_secret()).await?;
    let kept = read(token.ok_or_else(outdated)?.data)?;
    Ok((kept.actor.unwrap_or(ActorType::Customer), kept.state))
}

/// Uses up the challenge of a registration that was begun in this session; answers what was remembered. That of
/// another stays as it is.
///
/// # Errors
/// `TOKEN_INVALID`.
pub(super) async fn end_registration(
    unit: &UnitOfWork,
    secret: &SecretString,
    (identity, session): (AuthIdentityId, SessionId),
) -> Result<Json, WriteError> {
    let token = token::redeem_if_good(unit, Purpose::PASSKEY_REGISTRATION, secret.expose_secret()).await?;
    let token = token.ok_or_else(outdated)?;
    let kept = read(token.data)?;
    // What is refused here is undone, so that nobody uses up somebody else's challenge.
    if token.auth_identity_id != Some(identity) || kept.session != Some(session) {
        return Err(outdated().into());
    }
    Ok(kept.state)
}

fn read(data: Json) -> Result<Kept, DbErr> {
    serde_json::from_value(data).map_err(|error| DbErr::Json(error.to_string()))
}

fn outdated() -> UserError {
    UserError::new(
        ErrorCode::TokenInvalid,
        "challengeToken",
        "This challenge is not valid, took too long, or was answered before. Begin again.",
    )
}
