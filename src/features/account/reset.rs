//! The rules about setting a new password without the old one.

use entity::{customer, session::ActorType};
use serde_json::json;

use super::{
    addressee::{self, Notice, Owner},
    proof,
    token::{self, Purpose},
};
use crate::{
    features::{
        identity::service as identities,
        mail::service::{self as mails, NewMail},
        session::service as sessions,
    },
    work::{ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// Sends a mail with a link to set a new password, if somebody logs in with this address. What is written is the same
/// otherwise; that mail is withheld. Asked again too soon, nothing is written, whether or not the address is known.
///
/// # Errors
/// Faults.
pub async fn ask(unit: &mut UnitOfWork, typed: &str, normalized: &str, actor: ActorType) -> Result<(), WriteError> {
    addressee::ask(unit, typed, normalized, notice(unit, actor)).await
}

/// Sends the mail to a customer whom staff name.
///
/// # Errors
/// `INVALID_STATE` for a guest or a customer who may not log in; `COOLDOWN`.
pub async fn send_to(unit: &mut UnitOfWork, row: &customer::Model) -> Result<(), WriteError> {
    token::check_cooldown(unit, Purpose::PASSWORD_RESET, &row.email_normalized).await?;
    let known = addressee::find(unit, &row.email_normalized, ActorType::Customer).await?;
    if known.as_ref().is_none_or(|known| known.customer != Some(row.id)) {
        return Err(UserError::new(
            ErrorCode::InvalidState,
            "id",
            "This customer has no account to log in to, or is shut out. Invite a guest to open one.",
        )
        .into());
    }
    let typed = row.email.clone().unwrap_or_default();
    let normalized = row.email_normalized.clone();
    addressee::send(unit, known, &typed, &normalized, notice(unit, ActorType::Customer)).await
}

fn notice(unit: &UnitOfWork, actor: ActorType) -> Notice {
    Notice {
        purpose: Purpose::PASSWORD_RESET,
        template: "password_reset",
        lifetime: unit.call().policy.reset_lifetime,
        actor,
    }
}

/// Sets a new password for whoever holds the token: the e-mail address is proven by that, and every session ends.
///
/// # Errors
/// `TOKEN_INVALID`, `TOKEN_EXPIRED`.
pub async fn finish(unit: &mut UnitOfWork, secret: &str, secret_hash: String) -> Result<(), WriteError> {
    let token = token::redeem(unit, Purpose::PASSWORD_RESET, secret).await?;
    let Owner {
        identity,
        actor_id: subject,
        recipient,
        locale,
        name,
        customer,
    } = addressee::owner_of(unit, &token).await?;
    identities::set_password(unit, identity, &token.email_normalized, secret_hash).await?;
    token::withdraw_everything_of(unit, identity).await?;
    sessions::end(unit, identity, None).await?;
    if let Some(row) = customer.clone() {
        proof::prove(unit, row, Some(identity)).await?;
    }
    let mail = NewMail {
        template: "password_changed",
        recipient,
        locale,
        token: None,
        customer: customer.map(|row| row.id),
        data: json!({ "name": name }),
        is_withheld: false,
    };
    mails::queue(unit, mail).await?;
    unit.record(Record {
        topic: Topic("auth.password_reset"),
        subject,
        begins: false,
        object: identity.to_string(),
        version: 1,
        changes: Vec::new(),
    });
    Ok(())
}
