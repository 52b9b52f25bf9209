//! Opening an account in two steps: first how somebody will log in, then who they are.
//!
//! What the first step brings waits in its token, which names nobody and opens nothing: an identity that is nobody yet
//! would hold an e-mail address that need not be theirs. Nothing about the address is looked up in the first step, so
//! its answer cannot tell whether it is known; the second step goes through the same gate as an account that is opened
//! in one.

use entity::{
    auth_identity, customer,
    id::{AuthIdentityId, PrefixedId},
    provider_identity,
    session::ActorType,
    staff_user,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{
    doorman::AtTheDoor,
    proof,
    token::{self, NewToken, Purpose},
};
use crate::{
    auth::{LogInFacts, provider::ExternalIdentity},
    features::{
        customer::service::{self as customers, CustomerDraft},
        identity::service::PASSWORD,
    },
    work::{Call, EmailAddress, ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// How somebody will log in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum FirstStep {
    /// With an e-mail address and a password; nothing is proven yet.
    Password {
        /// The address, as typed.
        email: String,
        /// The hash of the password.
        secret_hash: String,
    },
    /// At a provider, which vouches for their e-mail address.
    Provider {
        /// The name of the provider.
        provider: String,
        /// Who it says they are.
        external: ExternalIdentity,
    },
}

/// Keeps the first step until the second is taken.
///
/// # Errors
/// Faults.
pub async fn begin(
    unit: &UnitOfWork,
    email: String,
    first: &FirstStep,
    secret: &SecretString,
) -> Result<(), WriteError> {
    let new = NewToken {
        purpose: Purpose::PROFILE,
        email,
        identity: None,
        customer: None,
        data: serde_json::to_value(first).map_err(|error| DbErr::Json(error.to_string()))?,
        lifetime: unit.call().policy.profile_lifetime,
    };
    token::issue_beside(unit, new, secret.expose_secret()).await?;
    Ok(())
}

/// Uses the token of a first step up; answers the step and the e-mail address as it is compared.
///
/// # Errors
/// `ALREADY_LINKED` when the second step was taken before, `TOKEN_EXPIRED`, `TOKEN_INVALID`.
pub async fn redeem(unit: &UnitOfWork, secret: &SecretString) -> Result<(FirstStep, String), WriteError> {
    let secret = secret.expose_secret();
    if let Some(token) = token::redeem_if_good(unit, Purpose::PROFILE, secret).await? {
        let first = serde_json::from_value(token.data).map_err(|error| DbErr::Json(error.to_string()))?;
        return Ok((first, token.email_normalized));
    }
    let (code, message) = match token::find(unit, Purpose::PROFILE, secret).await? {
        Some(token) if token.used_at.is_some() => (
            ErrorCode::AlreadyLinked,
            "This log-in has a profile already. Log in with it.",
        ),
        Some(_) => (
            ErrorCode::TokenExpired,
            "This token is too old. Begin again with the first step.",
        ),
        None => (
            ErrorCode::TokenInvalid,
            "This token is not valid. Begin again with the first step.",
        ),
    };
    Err(UserError::new(code, "registrationToken", message).into())
}

/// Who comes in by the second step, which they do where a provider vouches for them: they are nobody yet.
///
/// # Errors
/// Faults.
pub async fn newcomer(call: &Call, secret: &SecretString) -> Result<AtTheDoor, DbErr> {
    if !call.hooks.are_configured() {
        return Ok(None);
    }
    let token = token::peek(call, Purpose::PROFILE, secret.expose_secret()).await?;
    let first = token.and_then(|token| serde_json::from_value(token.data).ok());
    Ok(match first {
        Some(FirstStep::Provider { provider, external }) => Some(LogInFacts::of(
            &provider,
            ActorType::Customer,
            None,
            external.email.as_deref(),
        )),
        Some(FirstStep::Password { .. }) | None => None,
    })
}

/// Makes a staff user a customer as well, with the same log-in: the identity gets a profile.
///
/// # Errors
/// `ALREADY_LINKED` when it has one; `NOT_VERIFIED` when the staff user never proved their e-mail address; `EMAIL_TAKEN`;
/// `ACCOUNT_DISABLED` when a guest with the address was shut out.
pub async fn add_profile(
    unit: &mut UnitOfWork,
    identity: AuthIdentityId,
    profile: CustomerDraft,
) -> Result<customer::Model, WriteError> {
    let row = auth_identity::Entity::find_by_id(identity)
        .lock_exclusive()
        .one(unit.db())
        .await?;
    let user = match row.as_ref().and_then(|row| row.staff_user_id) {
        Some(user) => staff_user::Entity::find_by_id(user).one(unit.db()).await?,
        None => None,
    };
    let (Some(row), Some(user)) = (row, user) else {
        return Err(UserError::not_found("", "staff user").into());
    };
    if row.customer_id.is_some() {
        return Err(UserError::new(
            ErrorCode::AlreadyLinked,
            "",
            "This log-in has a profile already. Act as it with actorSwitch.",
        )
        .into());
    }
    let proven = provider_identity::Entity::find()
        .filter(provider_identity::Column::AuthIdentityId.eq(identity))
        .filter(provider_identity::Column::Provider.eq(PASSWORD))
        .filter(provider_identity::Column::Subject.eq(&user.email_normalized))
        .filter(provider_identity::Column::VerifiedAt.is_not_null())
        .count(unit.db())
        .await?;
    if proven == 0 {
        return Err(UserError::new(
            ErrorCode::NotVerified,
            "",
            "Prove your e-mail address first: set a new password by the link that passwordResetRequest sends.",
        )
        .into());
    }
    let email = EmailAddress {
        typed: user.email,
        normalized: user.email_normalized,
    };
    if !customers::registered(unit, &[&email.normalized]).await?.is_empty() {
        return Err(UserError::new(ErrorCode::EmailTaken, "", "Another customer has your e-mail address.").into());
    }
    let draft = CustomerDraft {
        email: Some(email),
        ..profile
    };
    let opened = proof::open(unit, draft).await?;
    auth_identity::Entity::update_many()
        .col_expr(auth_identity::Column::CustomerId, Expr::val(opened.id))
        .col_expr(auth_identity::Column::UpdatedAt, Expr::val(unit.now()))
        .filter(auth_identity::Column::Id.eq(identity))
        .exec(unit.db())
        .await?;
    unit.record(Record {
        topic: Topic("auth.registered"),
        subject: opened.id.uuid(),
        begins: false,
        object: identity.to_string(),
        version: 1,
        changes: Vec::new(),
    });
    Ok(opened)
}
