//! The queue of mail.

use chrono::TimeDelta;
use entity::{
    account_token,
    id::{AccountTokenId, CustomerId, MailId, OrderTokenId, PrefixedId},
    mail::{Column, Entity, Model, State},
    order_token,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::Json,
    sea_query::{Expr, LockBehavior, LockType, Order, Query, SelectStatement},
};

use super::Enclosure;
use crate::{
    auth::{
        ACCOUNT_TOKEN_PREFIX,
        one_time_code::{ONE_TIME_CODE, code_hash, new_code},
        secret_hash,
    },
    work::{UnitOfWork, WriteError, dialect},
};

/// How often a mail is tried before it is given up: for about a day.
const ATTEMPTS: i32 = 12;

/// For how long whoever took a mail may try to send it, before another process takes it over.
pub const CLAIM: TimeDelta = TimeDelta::minutes(2);

/// How long what became of a mail is kept.
const KEPT: TimeDelta = TimeDelta::days(30);

/// A mail to send.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// Which text.
    pub template: &'static str,
    /// To which address.
    pub recipient: String,
    /// In which language.
    pub locale: Option<String>,
    /// The token whose secret goes out with it.
    pub token: Option<AccountTokenId>,
    /// The customer it goes to.
    pub customer: Option<CustomerId>,
    /// What is filled into the text. Nothing that a stranger may have typed: to an address that nobody has proven, a
    /// mail says no name, or anybody could send anything in ours.
    pub data: Json,
    /// Whether it is only written, and never sent: nobody is told whether an e-mail address is known, not even by the
    /// time that it takes.
    pub is_withheld: bool,
}

/// Puts a mail into the queue. It is sent after the unit of work, never inside.
///
/// # Errors
/// Faults.
pub async fn queue(unit: &UnitOfWork, new: NewMail) -> Result<MailId, DbErr> {
    put(unit, new, None).await
}

/// Puts a mail into the queue that brings the secret of a token of an order, which is made when the mail is sent.
///
/// # Errors
/// Faults.
pub async fn queue_with_order(unit: &UnitOfWork, new: NewMail, token: OrderTokenId) -> Result<MailId, DbErr> {
    put(unit, new, Some(token)).await
}

async fn put(unit: &UnitOfWork, new: NewMail, order_token: Option<OrderTokenId>) -> Result<MailId, DbErr> {
    let row = Model {
        id: unit.new_id(),
        template: new.template.to_owned(),
        recipient: new.recipient,
        locale: new.locale,
        account_token_id: new.token,
        customer_id: new.customer,
        data: new.data,
        state: if new.is_withheld {
            State::Withheld
        } else {
            State::Queued
        },
        attempts: 0,
        next_attempt_at: Some(unit.now()),
        last_error: None,
        created_at: unit.now(),
        sent_at: None,
        order_token_id: order_token,
    };
    let id = row.id;
    Entity::insert(row.into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    Ok(id)
}

/// A mail that this process is to send now.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The mail.
    pub row: Model,
    /// The secret of its token, made just now: it is in this mail and nowhere else.
    pub enclosure: Option<Enclosure>,
}

/// Takes mails that are due, so that no other process sends them.
///
/// # Errors
/// Faults.
pub async fn claim(unit: &UnitOfWork, most: u64) -> Result<Vec<Claimed>, WriteError> {
    let due = Entity::find()
        .filter(Column::State.eq(State::Queued))
        .filter(Column::NextAttemptAt.lte(unit.now()))
        .order_by_asc(Column::NextAttemptAt)
        .order_by_asc(Column::Id)
        .limit(most)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(unit.db())
        .await?;
    let mut claimed = Vec::with_capacity(due.len());
    for mut row in due {
        let enclosure = match (row.account_token_id, row.order_token_id) {
            (Some(token), _) => renew(unit, token).await?,
            (None, Some(token)) => renew_of_order(unit, token).await?,
            (None, None) => None,
        };
        if enclosure.is_none() && (row.account_token_id.is_some() || row.order_token_id.is_some()) {
            // A newer mail has taken its place, or it has become pointless.
            row.state = State::Withheld;
        }
        row.attempts += 1;
        row.next_attempt_at = Some(unit.now() + CLAIM);
        Entity::update(row.clone().into_active_model().reset_all())
            .exec_without_returning(unit.db())
            .await?;
        if row.state == State::Queued {
            claimed.push(Claimed { row, enclosure });
        }
    }
    Ok(claimed)
}

/// Makes the secret of a token, which is of the kind that its purpose wants; `None` when the token is not good any more.
async fn renew(unit: &UnitOfWork, token: AccountTokenId) -> Result<Option<Enclosure>, DbErr> {
    let purpose: Option<String> = account_token::Entity::find_by_id(token)
        .select_only()
        .column(account_token::Column::Purpose)
        .into_tuple()
        .one(unit.db())
        .await?;
    let (enclosure, hash) = if purpose.as_deref() == Some(ONE_TIME_CODE) {
        let code = new_code();
        let hash = code_hash(unit.call().tokens.keys(), token, &code);
        (Enclosure::Code(code), hash)
    } else {
        let secret = format!("{ACCOUNT_TOKEN_PREFIX}{}", unit.call().ids.token());
        let hash = secret_hash(&secret);
        (Enclosure::Token(secret), hash)
    };
    let renewed = account_token::Entity::update_many()
        .col_expr(account_token::Column::SecretHash, Expr::val(hash))
        .filter(account_token::Column::Id.eq(token))
        .filter(account_token::Column::UsedAt.is_null())
        .filter(account_token::Column::ExpiresAt.gt(unit.now()))
        .exec(unit.db())
        .await?;
    Ok((renewed.rows_affected == 1).then_some(enclosure))
}

/// Makes the secret of a token of an order; `None` when the token is not good any more.
async fn renew_of_order(unit: &UnitOfWork, token: OrderTokenId) -> Result<Option<Enclosure>, DbErr> {
    let secret = format!("{ACCOUNT_TOKEN_PREFIX}{}", unit.call().ids.token());
    let renewed = order_token::Entity::update_many()
        .col_expr(order_token::Column::SecretHash, Expr::val(secret_hash(&secret)))
        .filter(order_token::Column::Id.eq(token))
        .filter(order_token::Column::ExpiresAt.gt(unit.now()))
        .exec(unit.db())
        .await?;
    Ok((renewed.rows_affected == 1).then_some(Enclosure::Token(secret)))
}

/// Why a mail was not taken by the mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered {
    /// Whether trying again is pointless.
    pub is_final: bool,
    /// Why, without addresses.
    pub reason: String,
}

/// Notes what became of a mail.
///
/// # Errors
/// Faults.
pub async fn settle(unit: &UnitOfWork, claimed: &Model, outcome: Result<(), Undelivered>) -> Result<(), WriteError> {
    let mut row = claimed.clone().into_active_model();
    match outcome {
        Ok(()) => {
            row.state = Set(State::Sent);
            row.sent_at = Set(Some(unit.now()));
            row.next_attempt_at = Set(None);
            row.last_error = Set(None);
        }
        Err(undelivered) => {
            row.last_error = Set(Some(undelivered.reason.chars().take(255).collect()));
            if undelivered.is_final || claimed.attempts >= ATTEMPTS {
                row.state = Set(State::Failed);
                row.next_attempt_at = Set(None);
            } else {
                let minutes = 1_i64 << claimed.attempts.clamp(1, 8).saturating_sub(1);
                row.next_attempt_at = Set(Some(unit.now() + TimeDelta::minutes(minutes)));
            }
        }
    }
    // Only if nobody else has taken it over.
    Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(claimed.id))
        .filter(Column::State.eq(State::Queued))
        .filter(Column::Attempts.eq(claimed.attempts))
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Removes mail that is kept no longer; answers how many.
///
/// # Errors
/// Faults.
pub async fn sweep(unit: &UnitOfWork, most: u64) -> Result<u64, DbErr> {
    let old = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::CreatedAt.lt(unit.now() - KEPT))
        .and_where(Column::State.ne(State::Queued))
        .order_by(Column::CreatedAt, Order::Asc)
        .limit(most)
        .take();
    let removed = Entity::delete_many()
        .filter(Column::Id.in_subquery(old))
        .exec(unit.db())
        .await?;
    Ok(removed.rows_affected)
}

/// Takes these tokens, which are about to be removed, out of the mails that they went out with.
///
/// # Errors
/// Faults.
pub async fn outlive_tokens(unit: &UnitOfWork, tokens: SelectStatement) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::AccountTokenId, Expr::val(None::<AccountTokenId>))
        .filter(Column::AccountTokenId.in_subquery(tokens))
        // A mail that still waits has nothing to bring any more, and one to nobody's account could not be forgotten.
        .filter(Column::State.ne(State::Queued))
        .filter(Column::CustomerId.is_not_null())
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Takes these tokens of orders, which are about to be removed, out of the mails that brought them: what became of mail to
/// somebody whom we know is kept for longer.
///
/// # Errors
/// Faults.
pub async fn outlive_order_tokens(unit: &UnitOfWork, tokens: SelectStatement) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::OrderTokenId, Expr::val(None::<OrderTokenId>))
        .filter(Column::OrderTokenId.in_subquery(tokens))
        .filter(Column::State.ne(State::Queued))
        .filter(Column::CustomerId.is_not_null())
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Lets the mails with these tokens be to another customer, who turned out to be the same person.
///
/// # Errors
/// Faults.
pub async fn follow_tokens(unit: &UnitOfWork, tokens: SelectStatement, to: CustomerId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::CustomerId, Expr::val(to))
        .filter(Column::AccountTokenId.in_subquery(tokens))
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Removes mail to these customers, who are being deleted, or to these e-mail addresses (as typed).
///
/// # Errors
/// Faults.
pub async fn forget_customer(unit: &UnitOfWork, customers: &[CustomerId]) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(Column::CustomerId),
            customers.iter().map(|id| id.uuid()),
        ))
        .exec(unit.db())
        .await?;
    Ok(())
}
