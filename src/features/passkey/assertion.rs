//! What a device signed: the one place where a passkey proves who somebody is.
//!
//! Signature, challenge, origin, site and user verification are checked outside of the transaction that follows from
//! it; that the device does not count backwards is checked once more inside it, where the row is locked.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{
    id::{AuthIdentityId, PasskeyId},
    passkey::{Column, Entity},
    session::ActorType,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, entity::prelude::Json};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential, Webauthn, WebauthnError};

use super::{challenge, service};
use crate::{
    auth::rate_limit,
    work::{Call, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// The largest credential that is looked at, in bytes of JSON.
const LARGEST: usize = 16 * 1_024;

/// What a browser gives of what a device signed.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// The secret of the challenge that was signed.
    pub challenge: SecretString,
    /// What `navigator.credentials.get` gave.
    pub credential: serde_json::Map<String, Json>,
}

/// Somebody has shown a passkey.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Who.
    pub identity: AuthIdentityId,
    /// As what they asked to log in.
    pub actor: ActorType,
    pub(super) passkey: PasskeyId,
    pub(super) credential: Json,
    pub(super) sign_count: i64,
}

/// Checks what a device signed, and uses up its challenge. Whatever is wrong, the answer is the same; who signs with a
/// copy of a device is refused, and its owner told.
///
/// # Errors
/// `PASSKEYS_NOT_CONFIGURED`, `TOO_LONG`, `TOKEN_INVALID`, `PASSKEY_INVALID`.
pub async fn check(call: &Arc<Call>, mutation: &'static str, assertion: Assertion) -> Result<Proof, WriteError> {
    rate_limit::count_network(call).await?;
    let relying_party = relying_party(call)?;
    let credential: PublicKeyCredential = read(assertion.credential)?;
    let secret = assertion.challenge;
    let options = || WriteOptions {
        mutation,
        ..WriteOptions::default()
    };
    let ended = call
        .write(options(), async move |unit: &mut UnitOfWork| {
            challenge::end_log_in(unit, &secret).await.map(Once)
        })
        .await?;
    let Once((actor, state)) = ended.value;
    let wrong = || {
        call.failures.note();
        invalid()
    };
    let state: DiscoverableAuthentication = stored(state)?;
    let (user, credential_id) = relying_party
        .identify_discoverable_authentication(&credential)
        .map_err(|_| wrong())?;
    let row = Entity::find()
        .filter(Column::CredentialId.eq(URL_SAFE_NO_PAD.encode(credential_id)))
        .filter(Column::AuthIdentityId.eq(AuthIdentityId(user)))
        .one(call.db())
        .await?;
    let row = row.ok_or_else(wrong)?;
    let mut passkey: Passkey = stored(row.credential.clone())?;
    match relying_party.finish_discoverable_authentication_v2(&credential, state, &passkey) {
        Ok(result) => {
            passkey.update_credential(&result);
            Ok(Proof {
                identity: row.auth_identity_id,
                actor,
                passkey: row.id,
                credential: serde_json::to_value(&passkey).map_err(|error| DbErr::Json(error.to_string()))?,
                sign_count: result.counter().into(),
            })
        }
        Err(WebauthnError::CredentialPossibleCompromise) => {
            call.write(options(), async move |unit: &mut UnitOfWork| {
                service::note_copy(unit, row.id).await.map(Once)
            })
            .await?;
            Err(wrong().into())
        }
        Err(error) => {
            call.failures.note();
            Err(refused(&error).into())
        }
    }
}

/// What checks passkeys.
///
/// # Errors
/// `PASSKEYS_NOT_CONFIGURED`.
pub(super) fn relying_party(call: &Call) -> Result<&Webauthn, UserError> {
    call.passkeys.relying_party().ok_or_else(|| {
        UserError::new(
            ErrorCode::PasskeysNotConfigured,
            "",
            "There are no passkeys here. Log in in another way.",
        )
    })
}

/// What a browser gives of what a device answered.
///
/// # Errors
/// `TOO_LONG`, `PASSKEY_INVALID`.
pub(super) fn read<C: DeserializeOwned>(credential: serde_json::Map<String, Json>) -> Result<C, UserError> {
    let credential = Json::Object(credential);
    if credential.to_string().len() > LARGEST {
        return Err(UserError::new(
            ErrorCode::TooLong,
            "credential",
            format!("Use at most {LARGEST} bytes."),
        ));
    }
    serde_json::from_value(credential).map_err(|_| {
        UserError::new(
            ErrorCode::PasskeyInvalid,
            "credential",
            "This is not what a browser gives. Send the credential as its toJSON() writes it.",
        )
    })
}

/// What was written here before.
pub(super) fn stored<S: DeserializeOwned>(state: Json) -> Result<S, DbErr> {
    serde_json::from_value(state).map_err(|error| DbErr::Json(error.to_string()))
}

/// What the caller is told of an answer that is not right; what the deployment must know goes into the log.
pub(super) fn refused(error: &WebauthnError) -> UserError {
    if matches!(error, WebauthnError::InvalidRPOrigin) {
        tracing::warn!("a passkey was used on a page whose origin is not among the configured ones");
    }
    invalid()
}

/// One answer for everything that can be wrong.
#[must_use]
pub fn invalid() -> UserError {
    UserError::new(
        ErrorCode::PasskeyInvalid,
        "",
        "This passkey does not fit. Try again, or log in in another way.",
    )
}
