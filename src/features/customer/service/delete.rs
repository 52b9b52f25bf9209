//! Customers who are deleted for good.

use std::collections::HashMap;

use entity::{
    customer::{Column, Model},
    id::{CustomerId, PrefixedId},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    features::customer::visibility,
    work::{Record, Topic, UnitOfWork, WriteError},
};

/// Deletes customers for good, each confirmed by its own e-mail address (or external id, or phone, where it has no
/// e-mail address). What other rooms keep about them must be gone before.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn delete(unit: &mut UnitOfWork, rows: &[Model]) -> Result<(), WriteError> {
    let ids: Vec<_> = rows.iter().map(|row| row.id.uuid()).collect();
    visibility::delete(unit.viewer())
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(unit.db())
        .await?;
    crate::work::timeline::forget(unit.db(), &ids).await?;
    for row in rows {
        unit.record(Record {
            topic: Topic("customer.deleted"),
            subject: row.id.uuid(),
            begins: false,
            object: row.id.to_string(),
            version: row.version + 1,
            changes: Vec::new(),
        });
    }
    Ok(())
}

/// The customers that the viewer may delete, locked.
///
/// # Errors
/// Faults.
pub async fn find_deletable(unit: &UnitOfWork, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Model>, WriteError> {
    let rows = visibility::deletable_by(unit.viewer())
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
