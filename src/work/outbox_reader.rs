//! Readers of the outbox who must miss nothing: their cursors are kept here, beside what they do with the events.
//!
//! A reader claims its cursor, reads events after it ([`outbox::events_after`]), writes what follows from them, and
//! advances, all in one unit of work: whoever is killed meanwhile has done none of it, and the next one begins where
//! the last commit left off. One process at a time has the cursor; another that wants it gets nothing and does not wait.
//! Nothing that a reader has still to read is swept away.
//!
//! Who tells somebody over the network cannot do so within a unit of work: such a reader holds its cursor for a while
//! ([`hold`]), tells, and notes how far it came ([`advance_held`]). Another process takes over when that time is over.

use chrono::TimeDelta;
use entity::outbox_reader::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, TryInsertResult,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType},
};

use super::{
    UnitOfWork,
    outbox::{self, Cursor, Mark},
};

/// Where a reader begins who was never here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// With what is committed from now on.
    Now,
    /// With the oldest event that is kept.
    Oldest,
}

/// The cursor of a reader, for this unit of work alone; `None` while another has it.
///
/// # Errors
/// Faults.
pub async fn claim(unit: &UnitOfWork, name: &str, begin: Begin) -> Result<Option<Cursor>, DbErr> {
    let row = Entity::find_by_id(name)
        // SQLite has one writer anyway, and leaves the lock out of the statement.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(unit.db())
        .await?;
    if let Some(row) = row {
        return Ok(Some(Cursor {
            transaction: row.transaction_id,
            position: row.position,
        }));
    }
    let is_known = Entity::find_by_id(name).one(unit.db()).await?.is_some();
    if is_known {
        return Ok(None);
    }
    let cursor = match begin {
        Begin::Now => Mark::now(unit.db()).await?.cursor(),
        Begin::Oldest => outbox::OLDEST,
    };
    let row = ActiveModel {
        name: Set(name.to_owned()),
        transaction_id: Set(cursor.transaction),
        position: Set(cursor.position),
        updated_at: Set(unit.now()),
        lease_token: Set(None),
        leased_until: Set(None),
    };
    let inserted = Entity::insert_many([row])
        .on_conflict_do_nothing_on([Column::Name])
        .exec_without_returning(unit.db())
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0).then_some(cursor))
}

/// Notes how far the reader who has claimed its cursor has come. A reader never goes back.
///
/// # Errors
/// Faults.
pub async fn advance(unit: &UnitOfWork, name: &str, cursor: Cursor) -> Result<(), DbErr> {
    let place = Expr::tuple([Expr::col(Column::TransactionId), Expr::col(Column::Position)]);
    Entity::update_many()
        .col_expr(Column::TransactionId, Expr::val(cursor.transaction))
        .col_expr(Column::Position, Expr::val(cursor.position))
        .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
        .filter(Column::Name.eq(name))
        .filter(place.lt(outbox::at(cursor)))
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Holds the cursor of a reader under a token for some time after this unit of work, for what cannot be done within
/// one; `None` while it is held under another token. Whoever holds it already holds it anew.
///
/// # Errors
/// Faults.
pub async fn hold(
    unit: &UnitOfWork,
    name: &str,
    begin: Begin,
    token: &str,
    time: TimeDelta,
) -> Result<Option<Cursor>, DbErr> {
    let Some(cursor) = claim(unit, name, begin).await? else {
        return Ok(None);
    };
    let is_free = Condition::any()
        .add(Column::LeasedUntil.is_null())
        .add(Column::LeasedUntil.lte(unit.now()))
        .add(Column::LeaseToken.eq(token));
    let held = Entity::update_many()
        .col_expr(Column::LeaseToken, Expr::val(token))
        .col_expr(Column::LeasedUntil, Expr::val(unit.now() + time))
        .filter(Column::Name.eq(name))
        .filter(is_free)
        .exec(unit.db())
        .await?;
    Ok((held.rows_affected == 1).then_some(cursor))
}

/// Notes how far the reader who holds its cursor under this token has come; `false` when it holds it no more.
///
/// # Errors
/// Faults.
pub async fn advance_held(unit: &UnitOfWork, name: &str, token: &str, cursor: Cursor) -> Result<bool, DbErr> {
    let advanced = Entity::update_many()
        .col_expr(Column::TransactionId, Expr::val(cursor.transaction))
        .col_expr(Column::Position, Expr::val(cursor.position))
        .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
        .filter(Column::Name.eq(name))
        .filter(Column::LeaseToken.eq(token))
        .exec(unit.db())
        .await?;
    Ok(advanced.rows_affected == 1)
}

/// Holds the cursor no more.
///
/// # Errors
/// Faults.
pub async fn release(unit: &UnitOfWork, name: &str, token: &str) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::LeaseToken, Expr::val(None::<String>))
        .col_expr(Column::LeasedUntil, Expr::val(unit.now()))
        .filter(Column::Name.eq(name))
        .filter(Column::LeaseToken.eq(token))
        .exec(unit.db())
        .await?;
    Ok(())
}
