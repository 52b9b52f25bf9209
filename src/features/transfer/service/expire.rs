//! Wishes that nobody answers in time.

use entity::order_transfer::{Column, Entity, State};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{end_all, lock_customers, record, topic_of};
use crate::work::{UnitOfWork, WriteError};

/// Ends the transfers that nobody answered in time, the oldest first, and at most so many; answers how many.
///
/// # Errors
/// Faults.
pub async fn expire(unit: &mut UnitOfWork, most: u64) -> Result<u64, WriteError> {
    let due = |unit: &UnitOfWork| {
        Entity::find()
            .filter(Column::State.eq(State::Requested))
            .filter(Column::ExpiresAt.lte(unit.now()))
    };
    let seen = due(unit)
        .order_by_asc(Column::ExpiresAt)
        .order_by_asc(Column::Id)
        .limit(most)
        .all(unit.db())
        .await?;
    if seen.is_empty() {
        return Ok(0);
    }
    let people = seen
        .iter()
        .flat_map(|transfer| transfer.from_customer_id.into_iter().chain(transfer.to_customer_id));
    lock_customers(unit, people).await?;
    // Somebody may have answered at the last moment.
    let still_due = due(unit)
        .filter(Column::Id.is_in(seen.iter().map(|transfer| transfer.id)))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    let ended = end_all(unit, &still_due, State::Expired).await?;
    for (before, after) in still_due.iter().zip(&ended) {
        record(unit, topic_of(State::Expired), Some(before), after);
    }
    u64::try_from(still_due.len()).map_err(|error| DbErr::Custom(error.to_string()).into())
}
