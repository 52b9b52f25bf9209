//! Whom a mail reaches that lets its reader in: a known account, or nobody, without anybody noticing the difference.

use std::time::Duration;

use entity::{
    account_token, auth_identity, customer,
    id::{AuthIdentityId, CustomerId, PrefixedId},
    session::ActorType,
    staff_user,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect,
    entity::prelude::{Json, Uuid},
};
use serde_json::json;

use super::{
    service,
    token::{self, NewToken, Purpose},
};
use crate::{
    features::mail::service::{self as mails, NewMail},
    work::{ErrorCode, UnitOfWork, UserError, WriteError},
};

/// Somebody who has a log-in and an e-mail address.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// Who logs in.
    pub identity: AuthIdentityId,
    /// The e-mail address as it is kept.
    pub recipient: String,
    /// The language that they prefer.
    pub locale: Option<String>,
    /// How they are addressed.
    pub name: Option<String>,
    /// The customer who they are, if they are one.
    pub customer: Option<CustomerId>,
}

/// A mail that carries a token.
#[derive(Clone, Copy, Debug)]
pub struct Notice {
    /// What the token is good for.
    pub purpose: Purpose,
    /// Which text.
    pub template: &'static str,
    /// For how long the token is good.
    pub lifetime: Duration,
    /// As what its reader will act.
    pub actor: ActorType,
}

/// Sends a mail with a token, if somebody logs in with this address. What is written is the same otherwise; that mail
/// is withheld. Asked again too soon, nothing is written, whether or not the address is known.
///
/// # Errors
/// Faults.
pub async fn ask(unit: &UnitOfWork, typed: &str, normalized: &str, notice: Notice) -> Result<(), WriteError> {
    match token::check_cooldown(unit, notice.purpose, normalized).await {
        Ok(()) => {}
        Err(WriteError::Refused(_)) => return Ok(()),
        Err(error) => return Err(error),
    }
    let known = find(unit, normalized, notice.actor).await?;
    send(unit, known, typed, normalized, notice).await
}

/// Sends the mail to whoever was found.
///
/// # Errors
/// Faults.
pub async fn send(
    unit: &UnitOfWork,
    known: Option<Addressee>,
    typed: &str,
    normalized: &str,
    notice: Notice,
) -> Result<(), WriteError> {
    let is_withheld = known.is_none();
    let new = NewToken {
        purpose: notice.purpose,
        email: normalized.to_owned(),
        identity: known.as_ref().map(|known| known.identity),
        customer: known.as_ref().and_then(|known| known.customer),
        data: json!({ "actor": notice.actor }),
        lifetime: notice.lifetime,
    };
    let token = token::issue(unit, new).await?;
    let mail = NewMail {
        template: notice.template,
        // To the address that is kept, never to the one that was typed now.
        recipient: known
            .as_ref()
            .map_or_else(|| typed.to_owned(), |known| known.recipient.clone()),
        locale: known.as_ref().and_then(|known| known.locale.clone()),
        token: Some(token.id),
        customer: known.as_ref().and_then(|known| known.customer),
        data: json!({
            "name": known.as_ref().and_then(|known| known.name.clone()),
            "is_staff": notice.actor == ActorType::Staff,
        }),
        is_withheld,
    };
    mails::queue(unit, mail).await?;
    Ok(())
}

/// Tells somebody about their account, without a token.
///
/// # Errors
/// Faults.
pub async fn tell(unit: &UnitOfWork, identity: AuthIdentityId, template: &'static str) -> Result<(), WriteError> {
    tell_about(unit, identity, template, json!({})).await
}

/// The same with more to fill into the text.
///
/// # Errors
/// Faults.
pub async fn tell_about(
    unit: &UnitOfWork,
    identity: AuthIdentityId,
    template: &'static str,
    mut data: Json,
) -> Result<(), WriteError> {
    let Some(known) = of_identity(unit, identity).await? else {
        return Ok(());
    };
    data["name"] = json!(known.name);
    let mail = NewMail {
        template,
        recipient: known.recipient,
        locale: known.locale,
        token: None,
        customer: known.customer,
        data,
        is_withheld: false,
    };
    mails::queue(unit, mail).await?;
    Ok(())
}

/// Who logs in with this normalized e-mail address, and may.
///
/// # Errors
/// Faults.
pub async fn find(unit: &UnitOfWork, normalized: &str, actor: ActorType) -> Result<Option<Addressee>, DbErr> {
    match actor {
        ActorType::Customer => {
            let row: Option<(customer::Model, Option<auth_identity::Model>)> = customer::Entity::find()
                .select_also(auth_identity::Entity)
                .join_rev(
                    JoinType::InnerJoin,
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
            Ok(row.and_then(|(row, identity)| of_customer(identity?.id, row)))
        }
        ActorType::Staff => {
            let row: Option<(staff_user::Model, Option<auth_identity::Model>)> = staff_user::Entity::find()
                .select_also(auth_identity::Entity)
                .join_rev(
                    JoinType::InnerJoin,
                    auth_identity::Entity::belongs_to(staff_user::Entity)
                        .from(auth_identity::Column::StaffUserId)
                        .to(staff_user::Column::Id)
                        .into(),
                )
                .filter(staff_user::Column::EmailNormalized.eq(normalized))
                .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
                .one(unit.db())
                .await?;
            Ok(row.and_then(|(row, identity)| Some(of_staff_user(identity?.id, row))))
        }
    }
}

/// How an identity is reached: as the customer or staff user who it is.
///
/// # Errors
/// Faults.
pub async fn of_identity(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<Option<Addressee>, DbErr> {
    let Some(row) = auth_identity::Entity::find_by_id(identity).one(unit.db()).await? else {
        return Ok(None);
    };
    if let Some(customer) = row.customer_id {
        let row = customer::Entity::find_by_id(customer).one(unit.db()).await?;
        return Ok(row.and_then(|row| of_customer(identity, row)));
    }
    let Some(user) = row.staff_user_id else {
        return Ok(None);
    };
    let row = staff_user::Entity::find_by_id(user).one(unit.db()).await?;
    Ok(row.map(|row| of_staff_user(identity, row)))
}

fn of_customer(identity: AuthIdentityId, row: customer::Model) -> Option<Addressee> {
    Some(Addressee {
        identity,
        recipient: row.email?,
        locale: row.locale,
        name: row.first_name,
        customer: Some(row.id),
    })
}

fn of_staff_user(identity: AuthIdentityId, row: staff_user::Model) -> Addressee {
    Addressee {
        identity,
        recipient: row.email,
        locale: None,
        name: row.name,
        customer: None,
    }
}

/// Who a token is about.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Who logs in.
    pub identity: AuthIdentityId,
    /// The stored bits of the id of the customer or staff user.
    pub actor_id: Uuid,
    /// The e-mail address as it is kept.
    pub recipient: String,
    /// The language that they prefer.
    pub locale: Option<String>,
    /// How they are addressed.
    pub name: Option<String>,
    /// The customer who they are, if they are one, locked.
    pub customer: Option<customer::Model>,
}

/// Who a token is about, if they still have the address and may log in.
///
/// # Errors
/// `TOKEN_INVALID`.
pub async fn owner_of(unit: &UnitOfWork, token: &account_token::Model) -> Result<Owner, WriteError> {
    let identity = token.auth_identity_id.ok_or_else(outdated)?;
    if token.customer_id.is_some() {
        let row = service::owner_of(unit, token).await?;
        return Ok(Owner {
            identity,
            actor_id: row.id.uuid(),
            recipient: row.email.clone().unwrap_or_default(),
            locale: row.locale.clone(),
            name: row.first_name.clone(),
            customer: Some(row),
        });
    }
    let row = staff_user::Entity::find()
        .filter(staff_user::Column::EmailNormalized.eq(&token.email_normalized))
        .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(outdated)?;
    Ok(Owner {
        identity,
        actor_id: row.id.uuid(),
        recipient: row.email,
        locale: None,
        name: row.name,
        customer: None,
    })
}

fn outdated() -> UserError {
    UserError::new(
        ErrorCode::TokenInvalid,
        "token",
        "This link is not valid (any more). Ask for a new one.",
    )
}
