//! The rules about invitations: staff invite, the customer chooses a password.

use entity::{
    account_token::{Column as TokenColumn, Entity as Tokens},
    customer::{Column, Entity, Model, Status},
    id::{AuthIdentityId, CustomerId, PrefixedId},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use super::{
    proof,
    service::{has_log_in, owner_of},
    token::{self, NewToken, Purpose},
};
use crate::{
    auth::secret_hash,
    features::{
        customer::service::{self as customers, CustomerDraft},
        identity::service::{self as identities, Owner},
        mail::service::{self as mails, NewMail},
    },
    work::{EmailAddress, ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError},
};

/// Whom to invite.
#[derive(Clone, Debug)]
pub enum Invited {
    /// A guest who is known.
    Guest(CustomerId),
    /// Somebody with an e-mail address: the oldest guest who has it, or a new one.
    Newcomer(Box<CustomerDraft>),
}

/// Invites somebody to open an account.
///
/// # Errors
/// `NOT_FOUND`; `INVALID_STATE` for who has an account or is shut out; `REQUIRED` for a guest without an e-mail
/// address; `EMAIL_TAKEN` when somebody logs in with it; `COOLDOWN`.
pub async fn invite(unit: &mut UnitOfWork, invited: Invited) -> Result<Model, WriteError> {
    let row = match invited {
        Invited::Guest(id) => customers::find(unit, id, "id").await?,
        Invited::Newcomer(draft) => newcomer(unit, *draft).await?,
    };
    if row.has_account || row.status == Status::Disabled {
        return Err(UserError::new(
            ErrorCode::InvalidState,
            "id",
            "This customer has an account already, or is shut out.",
        )
        .into());
    }
    let Some(typed) = row.email.clone() else {
        return Err(UserError::new(
            ErrorCode::Required,
            "email",
            "Give the customer an e-mail address first.",
        )
        .into());
    };
    let email = EmailAddress {
        typed,
        normalized: row.email_normalized.clone(),
    };
    if has_log_in(unit, &email).await? {
        return Err(UserError::new(
            ErrorCode::EmailTaken,
            "email",
            "Somebody logs in with this e-mail address already.",
        )
        .into());
    }
    token::check_cooldown(unit, Purpose::INVITATION, &email.normalized).await?;
    let is_first = row.status != Status::Invited;
    let row = if is_first {
        let invited = Model {
            status: Status::Invited,
            ..row.clone()
        };
        customers::replace(unit, &row, invited).await?
    } else {
        row
    };
    let new = NewToken {
        purpose: Purpose::INVITATION,
        email: email.normalized,
        identity: None,
        customer: Some(row.id),
        data: json!({}),
        lifetime: unit.call().policy.invitation_lifetime,
    };
    let token = token::issue(unit, new).await?;
    let mail = NewMail {
        template: "invitation",
        recipient: email.typed,
        locale: row.locale.clone(),
        token: Some(token.id),
        customer: Some(row.id),
        data: json!({ "name": row.first_name }),
        is_withheld: false,
    };
    mails::queue(unit, mail).await?;
    unit.record(record(&row, if is_first { "invite.created" } else { "invite.resent" }));
    Ok(row)
}

async fn newcomer(unit: &mut UnitOfWork, draft: CustomerDraft) -> Result<Model, WriteError> {
    let normalized = draft.email.as_ref().map(|email| email.normalized.clone());
    let known = match normalized {
        Some(normalized) => {
            customers::writable(unit)
                .filter(Column::EmailNormalized.eq(normalized))
                .filter(Column::HasAccount.eq(false))
                .order_by_asc(Column::CreatedAt)
                .order_by_asc(Column::Id)
                .lock_exclusive()
                .one(unit.db())
                .await?
        }
        None => None,
    };
    match known {
        Some(known) => Ok(known),
        None => Ok(customers::create(unit, vec![draft]).await?.remove(0)?),
    }
}

/// Sends the invitation once more; the link before is good no longer.
///
/// # Errors
/// `INVALID_STATE` for who is not invited; those of [`invite`].
pub async fn invite_again(unit: &mut UnitOfWork, id: CustomerId) -> Result<Model, WriteError> {
    let row = customers::find(unit, id, "id").await?;
    check_invited(&row)?;
    invite(unit, Invited::Guest(id)).await
}

/// Takes an invitation back: the link is good no longer.
///
/// # Errors
/// `NOT_FOUND`; `INVALID_STATE` for who is not invited.
pub async fn revoke(unit: &mut UnitOfWork, id: CustomerId) -> Result<Model, WriteError> {
    let row = customers::find(unit, id, "id").await?;
    check_invited(&row)?;
    token::withdraw(unit, Purpose::INVITATION, &row.email_normalized).await?;
    let guest = Model {
        status: Status::Active,
        ..row.clone()
    };
    let row = customers::replace(unit, &row, guest).await?;
    unit.record(record(&row, "invite.revoked"));
    Ok(row)
}

fn check_invited(row: &Model) -> Result<(), UserError> {
    if row.status == Status::Invited && !row.has_account {
        return Ok(());
    }
    Err(UserError::new(
        ErrorCode::InvalidState,
        "id",
        "This customer has no open invitation.",
    ))
}

/// Opens the account of somebody who was invited. The mail has proven the e-mail address.
///
/// # Errors
/// `INVITE_USED`, `INVITE_EXPIRED`, `TOKEN_INVALID`.
pub async fn accept(
    unit: &mut UnitOfWork,
    secret: &str,
    password_hash: String,
) -> Result<(Model, AuthIdentityId), WriteError> {
    let token = match token::redeem(unit, Purpose::INVITATION, secret).await {
        Ok(token) => token,
        Err(error) => return Err(explain(unit, secret, error).await?),
    };
    let before = owner_of(unit, &token).await?;
    let email = EmailAddress {
        typed: before.email.clone().unwrap_or_default(),
        normalized: before.email_normalized.clone(),
    };
    if before.has_account || has_log_in(unit, &email).await? {
        return Err(used().into());
    }
    let opened = Model {
        has_account: true,
        status: Status::Active,
        ..before.clone()
    };
    let row = customers::replace(unit, &before, opened).await?;
    let owner = Owner::Customer(row.id);
    let identity = identities::create_proven(unit, owner, &email, Some(password_hash)).await?;
    let row = proof::prove(unit, row, Some(identity)).await?;
    unit.record(record(&row, "invite.accepted"));
    unit.record(record(&row, "auth.registered"));
    Ok((row, identity))
}

/// Says of an invitation what became of it; whoever has its link may know.
async fn explain(unit: &UnitOfWork, secret: &str, error: WriteError) -> Result<WriteError, WriteError> {
    let WriteError::Refused(errors) = &error else {
        return Ok(error);
    };
    if errors.iter().any(|error| error.code == ErrorCode::TokenExpired) {
        return Ok(UserError::new(
            ErrorCode::InviteExpired,
            "token",
            "This invitation is too old. Ask for a new one.",
        )
        .into());
    }
    let accepted = Tokens::find()
        .filter(TokenColumn::SecretHash.eq(secret_hash(secret)))
        .filter(TokenColumn::Purpose.eq(Purpose::INVITATION.0))
        .filter(
            TokenColumn::CustomerId.in_subquery(sea_orm::QueryTrait::into_query(
                Entity::find()
                    .select_only()
                    .column(Column::Id)
                    .filter(Column::HasAccount.eq(true)),
            )),
        )
        .count(unit.db())
        .await?;
    Ok(if accepted > 0 { used().into() } else { error })
}

fn used() -> UserError {
    UserError::new(
        ErrorCode::InviteUsed,
        "token",
        "This invitation was accepted already. Log in, or ask for a new password.",
    )
}

fn record(row: &Model, topic: &'static str) -> Record {
    Record {
        topic: Topic(topic),
        subject: row.id.uuid(),
        begins: false,
        object: row.id.to_string(),
        version: row.version,
        changes: Vec::new(),
    }
}
