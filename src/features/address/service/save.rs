//! Writing changed rows in one statement, and noting what changed.

use entity::address::{Column, Entity, Model};
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, IntoActiveModel, sea_query::OnConflict};

use super::owner::{Happening, LockedOwners, Owner};
use crate::work::{Record, UnitOfWork, snapshot::diff};

/// Inserts new rows.
pub(super) async fn insert(unit: &UnitOfWork, rows: &[&Model]) -> Result<(), DbErr> {
    for chunk in rows.chunks(1_000) {
        Entity::insert_many(chunk.iter().map(|row| (*row).clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    Ok(())
}

/// Writes changed rows, those that lose a default before those that may get it, and notes what changed.
pub(super) async fn save(
    unit: &mut UnitOfWork,
    owners: &LockedOwners,
    changed: Vec<(&Model, &Model)>,
) -> Result<(), DbErr> {
    let loses = |before: &Model, after: &Model| {
        (before.is_default_shipping && !after.is_default_shipping)
            || (before.is_default_billing && !after.is_default_billing)
    };
    // An address may lose one default and get the other at once: it is written twice then, first without any.
    let mut losers = Vec::new();
    let mut others = Vec::new();
    for (before, after) in &changed {
        if loses(before, after) {
            let mut loser = (*after).clone();
            loser.is_default_shipping &= before.is_default_shipping;
            loser.is_default_billing &= before.is_default_billing;
            if loser != **after {
                others.push((*after).clone());
            }
            losers.push(loser);
        } else {
            others.push((*after).clone());
        }
    }
    write(unit, losers).await?;
    write(unit, others).await?;
    for (before, after) in changed {
        record(unit, owners, Happening::Updated, Some(before), Some(after));
    }
    Ok(())
}

/// Writes rows as they now are. Every one of them exists and is locked.
async fn write(unit: &UnitOfWork, mut rows: Vec<Model>) -> Result<(), DbErr> {
    if rows.len() < 2 {
        if let Some(row) = rows.pop() {
            // `reset_all` marks every column as set, so that the row is written as it now is.
            Entity::update(row.into_active_model().reset_all())
                .exec_without_returning(unit.db())
                .await?;
        }
        return Ok(());
    }
    // Every row exists, so this only ever updates: one statement for all of them.
    let columns: Vec<Column> = <Column as sea_orm::Iterable>::iter()
        .filter(|column| !matches!(column, Column::Id))
        .collect();
    for chunk in rows.chunks(1_000) {
        Entity::insert_many(chunk.iter().map(|row| row.clone().into_active_model()))
            .on_conflict(
                OnConflict::column(Column::Id)
                    .update_columns(columns.iter().copied())
                    .to_owned(),
            )
            .exec_without_returning(unit.db())
            .await?;
    }
    Ok(())
}

/// Notes what happened to an address of a locked owner.
pub(super) fn record(
    unit: &mut UnitOfWork,
    owners: &LockedOwners,
    happening: Happening,
    before: Option<&Model>,
    after: Option<&Model>,
) {
    let Some(row) = after.or(before) else {
        return;
    };
    let Some((owner, subject)) = Owner::of(row).and_then(|owner| Some((owner, owners.subject(owner)?))) else {
        return;
    };
    unit.record(Record {
        topic: owner.topic(happening),
        subject,
        begins: false,
        object: row.id.to_string(),
        version: if after.is_some() { row.version } else { row.version + 1 },
        changes: diff(before, after),
    });
}
