//! The rules about setting a new password without the old one.

use entity::{
    account_token, auth_identity, customer,
    id::{AuthIdentityId, PrefixedId},
    session::ActorType,
    staff_user,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, entity::prelude::Uuid};
use serde_json::json;

use super::{
    proof, service,
    token::{self, NewToken, Purpose},
};
use crate::{
    features::{
        identity::service as identities,
        mail::service::{self as mails, NewMail},
        session::service as sessions,
    },
    work::{ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// Somebody who might have forgotten a password.
#[derive(Clone, Debug)]
pub struct Forgetful {
    identity: AuthIdentityId,
    recipient: String,
    locale: Option<String>,
    name: Option<String>,
    customer: Option<entity::id::CustomerId>,
}

/// Sends a mail with a link to set a new password, if somebody logs in with this address. What is written is the same
/// otherwise; that mail is withheld. Asked again too soon, nothing is written, whether or not the address is known.
///
/// # Errors
/// Faults.
pub async fn ask(unit: &mut UnitOfWork, typed: &str, normalized: &str, actor: ActorType) -> Result<(), WriteError> {
    match token::check_cooldown(unit, Purpose::PASSWORD_RESET, normalized).await {
        Ok(()) => {}
        Err(WriteError::Refused(_)) => return Ok(()),
        Err(error) => return Err(error),
    }
    let known = find(unit, normalized, actor).await?;
    send(unit, known, typed, normalized, actor).await
}

/// Sends the mail to a customer whom staff name.
///
/// # Errors
/// `INVALID_STATE` for a guest or a customer who may not log in; `COOLDOWN`.
pub async fn send_to(unit: &mut UnitOfWork, row: &customer::Model) -> Result<(), WriteError> {
    token::check_cooldown(unit, Purpose::PASSWORD_RESET, &row.email_normalized).await?;
    let known = find(unit, &row.email_normalized, ActorType::Customer).await?;
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
    send(unit, known, &typed, &normalized, ActorType::Customer).await
}

async fn send(
    unit: &UnitOfWork,
    known: Option<Forgetful>,
    typed: &str,
    normalized: &str,
    actor: ActorType,
) -> Result<(), WriteError> {
    let is_withheld = known.is_none();
    let new = NewToken {
        purpose: Purpose::PASSWORD_RESET,
        email: normalized.to_owned(),
        identity: known.as_ref().map(|known| known.identity),
        customer: known.as_ref().and_then(|known| known.customer),
        data: json!({ "actor": actor }),
        lifetime: unit.call().policy.reset_lifetime,
    };
    let token = token::issue(unit, new).await?;
    let mail = NewMail {
        template: "password_reset",
        // To the address that is kept, never to the one that was typed now.
        recipient: known
            .as_ref()
            .map_or_else(|| typed.to_owned(), |known| known.recipient.clone()),
        locale: known.as_ref().and_then(|known| known.locale.clone()),
        token: Some(token.id),
        customer: known.as_ref().and_then(|known| known.customer),
        data: json!({
            "name": known.as_ref().and_then(|known| known.name.clone()),
            "is_staff": actor == ActorType::Staff,
        }),
        is_withheld,
    };
    mails::queue(unit, mail).await?;
    Ok(())
}

async fn find(unit: &UnitOfWork, normalized: &str, actor: ActorType) -> Result<Option<Forgetful>, WriteError> {
    let found = match actor {
        ActorType::Customer => {
            let row: Option<(customer::Model, Option<auth_identity::Model>)> = customer::Entity::find()
                .select_also(auth_identity::Entity)
                .join_rev(
                    sea_orm::JoinType::InnerJoin,
                    auth_identity::Entity::belongs_to(customer::Entity)
                        .from(auth_identity::Column::CustomerId)
                        .to(customer::Column::Id)
                        .into(),
                )
                .filter(customer::Column::EmailNormalized.eq(normalized))
                .filter(customer::Column::HasAccount.eq(true))
                .filter(customer::Column::Status.eq(customer::Status::Active))
                .one(unit.db())
                .await?;
            row.and_then(|(row, identity)| {
                Some(Forgetful {
                    identity: identity?.id,
                    recipient: row.email?,
                    locale: row.locale,
                    name: row.first_name,
                    customer: Some(row.id),
                })
            })
        }
        ActorType::Staff => {
            let row: Option<(staff_user::Model, Option<auth_identity::Model>)> = staff_user::Entity::find()
                .select_also(auth_identity::Entity)
                .join_rev(
                    sea_orm::JoinType::InnerJoin,
                    auth_identity::Entity::belongs_to(staff_user::Entity)
                        .from(auth_identity::Column::StaffUserId)
                        .to(staff_user::Column::Id)
                        .into(),
                )
                .filter(staff_user::Column::EmailNormalized.eq(normalized))
                .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
                .one(unit.db())
                .await?;
            row.and_then(|(row, identity)| {
                Some(Forgetful {
                    identity: identity?.id,
                    recipient: row.email,
                    locale: None,
                    name: row.name,
                    customer: None,
                })
            })
        }
    };
    Ok(found)
}

/// Sets a new password for whoever holds the token: the e-mail address is proven by that, and every session ends.
///
/// # Errors
/// `TOKEN_INVALID`, `TOKEN_EXPIRED`.
pub async fn finish(unit: &mut UnitOfWork, secret: &str, secret_hash: String) -> Result<(), WriteError> {
    let token = token::redeem(unit, Purpose::PASSWORD_RESET, secret).await?;
    let identity = token.auth_identity_id.ok_or_else(outdated)?;
    let (subject, recipient, locale, name, customer) = owner(unit, &token).await?;
    identities::set_password(unit, identity, &token.email_normalized, secret_hash).await?;
    token::withdraw_all_of(unit, Purpose::PASSWORD_RESET, identity).await?;
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

type Owner = (Uuid, String, Option<String>, Option<String>, Option<customer::Model>);

/// Who the token is about, if they still have the address and may log in.
async fn owner(unit: &UnitOfWork, token: &account_token::Model) -> Result<Owner, WriteError> {
    if token.customer_id.is_some() {
        let row = service::owner_of(unit, token).await?;
        let recipient = row.email.clone().unwrap_or_default();
        return Ok((
            row.id.uuid(),
            recipient,
            row.locale.clone(),
            row.first_name.clone(),
            Some(row),
        ));
    }
    let row = staff_user::Entity::find()
        .filter(staff_user::Column::EmailNormalized.eq(&token.email_normalized))
        .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(outdated)?;
    Ok((row.id.uuid(), row.email, None, row.name, None))
}

fn outdated() -> UserError {
    UserError::new(
        ErrorCode::TokenInvalid,
        "token",
        "This link is not valid (any more). Ask for a new one.",
    )
}
