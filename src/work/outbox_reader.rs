//! Readers of the outbox who must miss nothing: their cursors are kept here, beside what they do with the events.
//!
//! A reader claims its cursor, reads events after it ([`outbox::events_after`]), writes what follows from them, and
//! advances, all in one unit of work: whoever is killed meanwhile has done none of it, and the next one begins where
//! the last commit left off. One process at a time has the cursor; another that wants it gets nothing and does not wait.
//! Nothing that a reader has still to read is swept away.

use entity::outbox_reader::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, TryInsertResult,
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
