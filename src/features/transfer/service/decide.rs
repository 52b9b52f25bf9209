//! What the owner says.

use entity::{
    account_token,
    id::OrderTransferId,
    order_transfer::{Column, Entity, Model, State},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretString};

use super::{super::visibility, Answer, Matter, canceled, check_open, end, lock, notice, request::check_receiver};
use crate::{
    features::{
        account::token::{self, Purpose},
        order::give::give,
    },
    work::{EmailAddress, ErrorCode, UnitOfWork, UserError, WriteError},
};

/// How somebody shows that they are the owner.
#[derive(Clone, Debug)]
pub enum By {
    /// By the token in the mail.
    Token(SecretString),
    /// By being logged in.
    Account(OrderTransferId),
}

/// What the owner says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The order may go.
    Accept,
    /// It stays.
    Decline,
}

/// An answer of the owner.
#[derive(Clone, Debug)]
pub struct Decision {
    /// How they show that they are the owner.
    pub by: By,
    /// What they say.
    pub verdict: Verdict,
    /// The version that they have seen.
    pub expected_version: Option<i32>,
}

/// Does what the owner says, once.
///
/// # Errors
/// `TOKEN_INVALID`, `NOT_FOUND`, `CONFLICT`, `INVALID_TRANSITION` for what is decided, and `INVALID_STATE` for a new owner
/// who is shut out. What ends the transfer is in the answer: `TRANSFER_EXPIRED`, `ORDER_CANCELED`, and `INVALID_STATE`
/// where the order has another owner by now.
pub async fn decide(unit: &mut UnitOfWork, decision: Decision) -> Result<Answer, WriteError> {
    let (seen, token) = find(unit, &decision.by).await?;
    let matter = lock(unit, &seen).await?;
    if let Some(token) = &token {
        check_newest(token, &matter.transfer)?;
    }
    check_open(&matter.transfer, decision.expected_version)?;
    if let Some((state, error)) = matter.outdated(unit) {
        end(unit, &matter.transfer, state).await?;
        return Ok(Answer::Ended(error));
    }
    if let Some(token) = &token {
        check_address(token, &matter)?;
    }
    match decision.verdict {
        Verdict::Accept => accept(unit, &matter).await,
        Verdict::Decline => {
            let declined = end(unit, &matter.transfer, State::Declined).await?;
            notice::tell(unit, &matter, State::Declined).await?;
            Ok(Answer::Done(declined))
        }
    }
}

async fn accept(unit: &mut UnitOfWork, matter: &Matter) -> Result<Answer, WriteError> {
    if matter.link.is_canceled {
        end(unit, &matter.transfer, State::Cancelled).await?;
        return Ok(Answer::Ended(canceled("")));
    }
    let to = matter.to().ok_or_else(|| UserError::not_found("", "customer"))?;
    check_receiver(to, "")?;
    let email = to.email.clone().filter(|_| matter.transfer.update_email);
    let email = email.map(|typed| EmailAddress {
        typed,
        normalized: to.email_normalized.clone(),
    });
    give(unit, &matter.link, to.id, email).await?;
    let accepted = end(unit, &matter.transfer, State::Accepted).await?;
    notice::tell(unit, matter, State::Accepted).await?;
    Ok(Answer::Done(accepted))
}

async fn find(unit: &UnitOfWork, by: &By) -> Result<(Model, Option<account_token::Model>), WriteError> {
    match by {
        By::Account(id) => {
            let seen = visibility::decidable_by(unit.viewer())
                .filter(Column::Id.eq(*id))
                .one(unit.db())
                .await?
                .ok_or_else(|| UserError::not_found("id", "transfer"))?;
            Ok((seen, None))
        }
        By::Token(secret) => {
            let token = token::find(unit, Purpose::ORDER_TRANSFER, secret.expose_secret())
                .await?
                .ok_or_else(invalid)?;
            let id = transfer_of(&token).ok_or_else(invalid)?;
            let seen = Entity::find_by_id(id).one(unit.db()).await?.ok_or_else(invalid)?;
            Ok((seen, Some(token)))
        }
    }
}

/// The transfer that a token is about.
pub(in super::super) fn transfer_of(token: &account_token::Model) -> Option<OrderTransferId> {
    serde_json::from_value(token.data.get("transfer")?.clone()).ok()
}

/// Refuses a token in whose place there is a newer one.
fn check_newest(token: &account_token::Model, transfer: &Model) -> Result<(), UserError> {
    if transfer.account_token_id == Some(token.id) {
        Ok(())
    } else {
        Err(invalid())
    }
}

/// Refuses a token that went to an address which is not the owner's any more.
fn check_address(token: &account_token::Model, matter: &Matter) -> Result<(), UserError> {
    let present = match matter.from() {
        Some(owner) => Some(owner.email_normalized.as_str()),
        None => matter.link.email_normalized.as_deref(),
    };
    if present == Some(token.email_normalized.as_str()) {
        Ok(())
    } else {
        Err(invalid())
    }
}

fn invalid() -> UserError {
    UserError::new(
        ErrorCode::TokenInvalid,
        "token",
        "This link is not valid (any more). Look for a newer mail, or answer in your account.",
    )
}
