//! Tokens that prove one thing once.
//!
//! A token has 256 random bits, of which only the SHA-256 is kept; it is good for one purpose, for a short time, and
//! once: using it is one conditional update, so of many who present it at once one gets what it is good for. A newer
//! token of the same purpose for the same e-mail address takes the place of the older ones.
//!
//! A code that somebody types has only eight digits. Such a token is found by its e-mail address, each try is counted
//! before it is compared, and after five it is dead.

use std::time::Duration;

use chrono::TimeDelta;
use entity::{
    account_token::{Column, Entity, Model},
    auth_identity,
    id::{AccountTokenId, AuthIdentityId, CustomerId},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    entity::prelude::Json,
    sea_query::{Expr, ExprTrait, IntoCondition, Order, Query},
};

use crate::{
    auth::{one_time_code::ONE_TIME_CODE, secret_hash},
    features::mail::service as mails,
    work::{Call, ErrorCode, UnitOfWork, UserError, WriteError},
};

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 128;

/// How often something may be tried with one token.
pub const TRIES: i32 = 5;

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose(pub &'static str);

impl Purpose {
    /// Opening the account that was asked for.
    pub const REGISTRATION: Self = Self("REGISTRATION");
    /// Proving the e-mail address of an account that is open already.
    pub const EMAIL_VERIFICATION: Self = Self("EMAIL_VERIFICATION");
    /// Nothing: it says that somebody asked for the mail that proves an address, whether or not one was sent.
    pub const VERIFICATION_REQUEST: Self = Self("VERIFICATION_REQUEST");
    /// Setting a new password.
    pub const PASSWORD_RESET: Self = Self("PASSWORD_RESET");
    /// Putting another e-mail address in the place of the present one.
    pub const EMAIL_CHANGE: Self = Self("EMAIL_CHANGE");
    /// Logging in by a link.
    pub const MAGIC_LINK: Self = Self("MAGIC_LINK");
    /// Logging in by a code.
    pub const ONE_TIME_CODE: Self = Self(ONE_TIME_CODE);
    /// Showing the second factor, after the first.
    pub const MFA_CHALLENGE: Self = Self("MFA_CHALLENGE");
    /// Coming back from a provider to log in.
    pub const PROVIDER_LOG_IN: Self = Self("PROVIDER_LOG_IN");
    /// Coming back from a provider to link it to one's account.
    pub const PROVIDER_LINK: Self = Self("PROVIDER_LINK");
    /// Saying who one is, after saying how one will log in.
    pub const PROFILE: Self = Self("PROFILE");
    /// Proving with a passkey who one is.
    pub const PASSKEY_LOG_IN: Self = Self("PASSKEY_LOG_IN");
    /// Setting up a passkey.
    pub const PASSKEY_REGISTRATION: Self = Self("PASSKEY_REGISTRATION");
    /// Accepting an invitation to open an account.
    pub const INVITATION: Self = Self("INVITATION");
    /// Deciding whether an order goes to another customer.
    pub const ORDER_TRANSFER: Self = Self("ORDER_TRANSFER");
}

/// A token to make.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is good for.
    pub purpose: Purpose,
    /// The normalized e-mail address that it is about.
    pub email: String,
    /// The identity that it is about.
    pub identity: Option<AuthIdentityId>,
    /// The customer whom it is about.
    pub customer: Option<CustomerId>,
    /// What is done when it is used.
    pub data: Json,
    /// For how long it is good.
    pub lifetime: Duration,
}

/// Makes a token whose secret is not known to anybody yet: it is made when the mail with it is sent. Older tokens of
/// the same purpose and e-mail address are good no longer.
///
/// # Errors
/// Faults.
pub async fn issue(unit: &UnitOfWork, new: NewToken) -> Result<Model, DbErr> {
    let hash = secret_hash(&unit.call().ids.token());
    insert(unit, new, hash).await
}

/// Makes a token and answers its secret. Older tokens of the same purpose and e-mail address are good no longer.
///
/// # Errors
/// Faults.
pub async fn issue_now(unit: &UnitOfWork, new: NewToken, secret: &str) -> Result<Model, DbErr> {
    insert(unit, new, secret_hash(secret)).await
}

/// Makes a token beside those that are there: a stranger who asks for one with the same e-mail address spoils nothing.
///
/// # Errors
/// Faults.
pub async fn issue_beside(unit: &UnitOfWork, new: NewToken, secret: &str) -> Result<Model, DbErr> {
    keep(unit, new, secret_hash(secret)).await
}

async fn insert(unit: &UnitOfWork, new: NewToken, hash: String) -> Result<Model, DbErr> {
    if !new.email.is_empty() {
        withdraw(unit, new.purpose, &new.email).await?;
    }
    keep(unit, new, hash).await
}

async fn keep(unit: &UnitOfWork, new: NewToken, hash: String) -> Result<Model, DbErr> {
    let lifetime = TimeDelta::from_std(new.lifetime).unwrap_or(TimeDelta::MAX);
    let row = Model {
        id: unit.new_id(),
        purpose: new.purpose.0.to_owned(),
        email_normalized: new.email,
        auth_identity_id: new.identity,
        customer_id: new.customer,
        secret_hash: hash,
        data: new.data,
        attempts: 0,
        created_at: unit.now(),
        expires_at: unit.now() + lifetime,
        used_at: None,
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    Ok(row)
}

/// Makes the tokens of a purpose that are about this e-mail address good no longer.
///
/// # Errors
/// Faults.
pub async fn withdraw(unit: &UnitOfWork, purpose: Purpose, email: &str) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::val(unit.now()))
        .filter(Column::EmailNormalized.eq(email))
        .filter(Column::Purpose.eq(purpose.0))
        .filter(Column::UsedAt.is_null())
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Uses a token up, if it is good for this; `None` otherwise.
///
/// # Errors
/// Faults.
pub async fn redeem_if_good(unit: &UnitOfWork, purpose: Purpose, secret: &str) -> Result<Option<Model>, DbErr> {
    if secret.len() > LONGEST {
        return Ok(None);
    }
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::val(unit.now()))
        .filter(unused(purpose, secret))
        .filter(Column::ExpiresAt.gt(unit.now()))
        .exec_with_returning(unit.db())
        .await?;
    Ok(used.into_iter().next())
}

/// The token with this secret, if it is good for this; it stays so.
///
/// # Errors
/// Faults.
#[cfg(feature = "saml")]
pub async fn find_if_good(unit: &UnitOfWork, purpose: Purpose, secret: &str) -> Result<Option<Model>, DbErr> {
    if secret.len() > LONGEST {
        return Ok(None);
    }
    Entity::find()
        .filter(unused(purpose, secret))
        .filter(Column::ExpiresAt.gt(unit.now()))
        .one(unit.db())
        .await
}

/// The token with this secret and purpose, not used yet.
fn unused(purpose: Purpose, secret: &str) -> Condition {
    Condition::all()
        .add(Column::SecretHash.eq(secret_hash(secret)))
        .add(Column::Purpose.eq(purpose.0))
        .add(Column::UsedAt.is_null())
}

/// The token with this secret and purpose, whether or not it is good.
///
/// # Errors
/// Faults.
pub async fn find(unit: &UnitOfWork, purpose: Purpose, secret: &str) -> Result<Option<Model>, DbErr> {
    if secret.len() > LONGEST {
        return Ok(None);
    }
    Entity::find()
        .filter(Column::SecretHash.eq(secret_hash(secret)))
        .filter(Column::Purpose.eq(purpose.0))
        .one(unit.db())
        .await
}

/// Uses a token up.
///
/// # Errors
/// `TOKEN_EXPIRED` for one that is too old, `TOKEN_INVALID` for every other that is not good for this.
pub async fn redeem(unit: &UnitOfWork, purpose: Purpose, secret: &str) -> Result<Model, WriteError> {
    if let Some(token) = redeem_if_good(unit, purpose, secret).await? {
        return Ok(token);
    }
    if secret.len() <= LONGEST && Entity::find().filter(unused(purpose, secret)).count(unit.db()).await? > 0 {
        return Err(UserError::new(
            ErrorCode::TokenExpired,
            "token",
            "This link is too old. Ask for a new one.",
        )
        .into());
    }
    Err(invalid())
}

/// Makes every token good no longer that is about an identity: its owner has shown who they are in another way, or the
/// address is another by now.
///
/// # Errors
/// Faults.
pub async fn withdraw_all_of(unit: &UnitOfWork, purpose: Purpose, identity: AuthIdentityId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::val(unit.now()))
        .filter(Column::AuthIdentityId.eq(identity))
        .filter(Column::Purpose.eq(purpose.0))
        .filter(Column::UsedAt.is_null())
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Makes everything good no longer by which an identity could log in without its password, or set a new one: its owner
/// is in.
///
/// # Errors
/// Faults.
pub async fn withdraw_ways_in(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<(), DbErr> {
    let purposes = [
        Purpose::PASSWORD_RESET,
        Purpose::MAGIC_LINK,
        Purpose::ONE_TIME_CODE,
        Purpose::MFA_CHALLENGE,
    ];
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::val(unit.now()))
        .filter(Column::AuthIdentityId.eq(identity))
        .filter(Column::Purpose.is_in(purposes.map(|purpose| purpose.0)))
        .filter(Column::UsedAt.is_null())
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Makes everything good no longer that was sent or begun for an identity, a change of its e-mail address included: the
/// owner takes the account back, and somebody else may have begun it.
///
/// # Errors
/// Faults.
pub async fn withdraw_everything_of(unit: &UnitOfWork, identity: AuthIdentityId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::val(unit.now()))
        .filter(Column::AuthIdentityId.eq(identity))
        .filter(Column::UsedAt.is_null())
        .exec(unit.db())
        .await?;
    Ok(())
}

/// The same for a customer's log-in.
///
/// # Errors
/// Faults.
pub async fn withdraw_everything_of_customer(unit: &UnitOfWork, customer: CustomerId) -> Result<(), DbErr> {
    let identity = auth_identity::Entity::find()
        .filter(auth_identity::Column::CustomerId.eq(customer))
        .one(unit.db())
        .await?;
    match identity {
        Some(identity) => withdraw_everything_of(unit, identity.id).await,
        None => Ok(()),
    }
}

/// Counts a try with the token that has this secret, before anything is compared; `None` when it is not good for this,
/// or was tried too often.
///
/// # Errors
/// Faults.
pub async fn count_try(unit: &UnitOfWork, purpose: Purpose, secret: &str) -> Result<Option<Model>, DbErr> {
    if secret.len() > LONGEST {
        return Ok(None);
    }
    count_try_of(unit, unused(purpose, secret)).await
}

/// The same with the newest token about this e-mail address.
///
/// # Errors
/// Faults.
pub async fn count_try_with_newest(unit: &UnitOfWork, purpose: Purpose, email: &str) -> Result<Option<Model>, DbErr> {
    match newest(unit, purpose, email).await? {
        Some(token) => count_try_of(unit, Column::Id.eq(token.id).into_condition()).await,
        None => Ok(None),
    }
}

/// The token with this secret and purpose, as long as it is good. Nothing is used up.
///
/// # Errors
/// Faults.
pub async fn peek(call: &Call, purpose: Purpose, secret: &str) -> Result<Option<Model>, DbErr> {
    if secret.len() > LONGEST {
        return Ok(None);
    }
    Entity::find()
        .filter(unused(purpose, secret))
        .filter(Column::ExpiresAt.gt(call.now()))
        .one(call.db())
        .await
}

/// Whom the token with this secret is about, whether or not it is good.
///
/// # Errors
/// Faults.
pub async fn identity_of(call: &Call, purpose: Purpose, secret: &str) -> Result<Option<AuthIdentityId>, DbErr> {
    if secret.len() > LONGEST {
        return Ok(None);
    }
    let token = Entity::find().filter(unused(purpose, secret)).one(call.db()).await?;
    Ok(token.and_then(|token| token.auth_identity_id))
}

async fn count_try_of(unit: &UnitOfWork, which: Condition) -> Result<Option<Model>, DbErr> {
    let counted = Entity::update_many()
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(which)
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(unit.now()))
        .filter(Column::Attempts.lt(TRIES))
        .exec_with_returning(unit.db())
        .await?;
    Ok(counted.into_iter().next())
}

/// Uses up a token that was found in another way than by its secret; `false` when somebody else has done so.
///
/// # Errors
/// Faults.
pub async fn use_up(unit: &UnitOfWork, id: AccountTokenId) -> Result<bool, DbErr> {
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::val(unit.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.is_null())
        .exec(unit.db())
        .await?;
    Ok(used.rows_affected == 1)
}

/// Uses up several tokens that were found in another way than by their secrets.
///
/// # Errors
/// Faults.
pub async fn use_up_all(unit: &UnitOfWork, ids: impl Iterator<Item = AccountTokenId>) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::val(unit.now()))
        .filter(Column::Id.is_in(ids))
        .filter(Column::UsedAt.is_null())
        .exec(unit.db())
        .await?;
    Ok(())
}

/// The newest token of a purpose about this e-mail address that is still good.
///
/// # Errors
/// Faults.
pub async fn newest(unit: &UnitOfWork, purpose: Purpose, email: &str) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::EmailNormalized.eq(email))
        .filter(Column::Purpose.eq(purpose.0))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(unit.now()))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .one(unit.db())
        .await
}

/// Lets the tokens of a purpose, and the mails that they go out in, be about another customer who turned out to be the
/// same person.
///
/// # Errors
/// Faults.
pub async fn reassign(unit: &UnitOfWork, purpose: Purpose, from: &[CustomerId], to: CustomerId) -> Result<(), DbErr> {
    let theirs = Column::CustomerId
        .is_in(from.iter().copied())
        .and(Column::Purpose.eq(purpose.0));
    let tokens = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(theirs.clone())
        .take();
    mails::follow_tokens(unit, tokens, to).await?;
    Entity::update_many()
        .col_expr(Column::CustomerId, Expr::val(to))
        .filter(theirs)
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Removes every token about these e-mail addresses, whose owners are being deleted.
///
/// # Errors
/// Faults.
pub async fn forget(unit: &UnitOfWork, emails: &[&str]) -> Result<(), DbErr> {
    let emails = emails.iter().copied().filter(|email| !email.is_empty());
    Entity::delete_many()
        .filter(Column::EmailNormalized.is_in(emails))
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Removes tokens that have not been good for a day; answers how many.
///
/// # Errors
/// Faults.
pub async fn sweep(unit: &UnitOfWork, most: u64) -> Result<u64, DbErr> {
    let old = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::ExpiresAt.lt(unit.now() - TimeDelta::days(1)))
        .order_by(Column::ExpiresAt, Order::Asc)
        .limit(most)
        .take();
    // What became of the mails with these tokens is kept for longer.
    mails::outlive_tokens(unit, old.clone()).await?;
    let removed = Entity::delete_many()
        .filter(Column::Id.in_subquery(old))
        .exec(unit.db())
        .await?;
    Ok(removed.rows_affected)
}

/// Refuses when a token of the purpose was made for the e-mail address too short a time ago. Of many who ask at once, each
/// waits for the one before.
///
/// # Errors
/// `COOLDOWN`.
pub async fn check_cooldown(unit: &UnitOfWork, purpose: Purpose, email: &str) -> Result<(), WriteError> {
    if !is_recent(unit, purpose, email).await? {
        return Ok(());
    }
    Err(UserError::new(
        ErrorCode::Cooldown,
        "",
        "A mail was sent a moment ago. Look for it, or wait a little before asking for another.",
    )
    .into())
}

/// Whether a token of the purpose was made for the e-mail address a short time ago.
///
/// # Errors
/// Faults.
pub async fn is_recent(unit: &UnitOfWork, purpose: Purpose, email: &str) -> Result<bool, DbErr> {
    let cooldown = TimeDelta::from_std(unit.call().policy.mail_cooldown).unwrap_or(TimeDelta::MAX);
    unit.wait_in_line(&format!("account_token {} {email}", purpose.0))
        .await?;
    let recent = Entity::find()
        .filter(Column::EmailNormalized.eq(email))
        .filter(Column::Purpose.eq(purpose.0))
        .filter(Column::CreatedAt.gt(unit.now() - cooldown))
        .count(unit.db())
        .await?;
    Ok(recent > 0)
}

fn invalid() -> WriteError {
    UserError::new(
        ErrorCode::TokenInvalid,
        "token",
        "This link is not valid, or was used before. Ask for a new one.",
    )
    .into()
}
