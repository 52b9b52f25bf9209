//! How long events are kept.
//!
//! Old events are removed from the beginning, in the order in which they are read, and the last that was removed is
//! remembered: whoever comes with a cursor from before it is told that they have missed something. What a reader whose
//! cursor is kept here has still to read stays, however old it is; only one that holds its cursor for a time
//! ([`super::outbox_reader::hold`]) and has not done so for as long as events are kept is taken to be gone.

use chrono::TimeDelta;
use entity::{
    outbox_event::{Column, Entity},
    outbox_horizon, outbox_reader,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::DateTimeUtc,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType},
};

use super::{
    UnitOfWork,
    outbox::{self, Cursor},
};

/// Removes events that are kept no longer, at most so many; answers how many are gone. Only one process at a time does so.
///
/// # Errors
/// Faults.
pub async fn sweep(unit: &UnitOfWork, most: u64) -> Result<u64, DbErr> {
    let db = unit.db();
    let horizon = outbox_horizon::Entity::find_by_id(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(db)
        .await?;
    if horizon.is_none() {
        return Ok(0);
    }
    let kept = TimeDelta::from_std(unit.call().limits.events_kept).unwrap_or(TimeDelta::MAX);
    let Some(kept_since) = unit.now().checked_sub_signed(kept) else {
        return Ok(0);
    };
    // Whoever holds its cursor by the time says so often: of one that has not for so long there is nobody left.
    let is_served = Condition::any()
        .add(outbox_reader::Column::LeasedUntil.is_null())
        .add(outbox_reader::Column::LeasedUntil.gt(kept_since));
    let slowest = outbox_reader::Entity::find()
        .filter(is_served)
        .order_by_asc(outbox_reader::Column::TransactionId)
        .order_by_asc(outbox_reader::Column::Position)
        .one(db)
        .await?;
    let oldest: Vec<(i64, i64, DateTimeUtc)> = Entity::find()
        .select_only()
        .columns([Column::TransactionId, Column::Position, Column::At])
        .filter(outbox::is_settled(db.get_database_backend()))
        .order_by_asc(Column::TransactionId)
        .order_by_asc(Column::Position)
        .limit(most)
        .into_tuple()
        .all(db)
        .await?;
    let was_read = |event: Cursor| {
        slowest.as_ref().is_none_or(|reader| {
            event
                <= Cursor {
                    transaction: reader.transaction_id,
                    position: reader.position,
                }
        })
    };
    let mut last = None;
    for (transaction, position, at) in oldest {
        let event = Cursor { transaction, position };
        if at >= kept_since {
            break;
        }
        if !was_read(event) {
            let reader = slowest.as_ref().map_or("", |reader| reader.name.as_str());
            tracing::warn!(reader, "old events are kept because they were not read yet");
            break;
        }
        last = Some(event);
    }
    let Some(last) = last else {
        return Ok(0);
    };
    let removed = Entity::delete_many()
        .filter(outbox::place().lte(outbox::at(last)))
        .exec(db)
        .await?;
    outbox_horizon::Entity::update_many()
        .col_expr(outbox_horizon::Column::TransactionId, Expr::val(last.transaction))
        .col_expr(outbox_horizon::Column::Position, Expr::val(last.position))
        .filter(outbox_horizon::Column::Id.eq(1))
        .exec(db)
        .await?;
    Ok(removed.rows_affected)
}
