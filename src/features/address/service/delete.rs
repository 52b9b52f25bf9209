//! Addresses that go.

use std::collections::HashSet;

use entity::{
    address::{Column, Model},
    id::{AddressId, PrefixedId},
};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};

use super::{
    super::visibility,
    AddressDelete, Rows,
    default::{Kind, touch},
    owner::{Happening, LockedOwners, Owner, owned_by},
    save::{record, save},
    update::find,
};
use crate::{
    features::customer::service::duplicated,
    work::{UnitOfWork, UserError, WriteError, dialect},
};

/// Deletes addresses; several statements for any number of rows and owners.
///
/// Nothing becomes the default in place of a default that goes, unless the setting says so: then it is the address
/// of the same owner that was changed last.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn delete(unit: &mut UnitOfWork, deletes: &[AddressDelete]) -> Result<Rows, WriteError> {
    let ids: Vec<AddressId> = deletes.iter().map(|delete| delete.id).collect();
    let (owners, mut before) = find(unit, &ids).await?;
    let mut seen = HashSet::new();
    let rows: Rows = deletes
        .iter()
        .map(|delete| {
            if !seen.insert(delete.id) {
                return Err(vec![duplicated("id")]);
            }
            match before.remove(&delete.id) {
                None => Err(vec![UserError::not_found("id", "address")]),
                Some(row) if delete.expected_version.is_some_and(|expected| expected != row.version) => {
                    Err(vec![UserError::conflict(row.version)])
                }
                Some(row) => Ok(row),
            }
        })
        .collect();
    let gone: Vec<&Model> = rows.iter().flatten().collect();
    if gone.is_empty() {
        return Ok(rows);
    }
    visibility::delete(unit.viewer())
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(Column::Id),
            gone.iter().map(|row| row.id.uuid()),
        ))
        .exec(unit.db())
        .await?;
    for row in &gone {
        record(unit, &owners, Happening::Deleted, Some(row), None);
    }
    if unit.call().limits.promote_default_address {
        promote(unit, &owners, &gone).await?;
    }
    Ok(rows)
}

/// Makes the address that was changed last the default in place of one that went.
async fn promote(unit: &mut UnitOfWork, owners: &LockedOwners, gone: &[&Model]) -> Result<(), WriteError> {
    let mut vacant: HashSet<(Owner, Kind)> = HashSet::new();
    for row in gone {
        let kinds = Kind::ALL.into_iter().filter(|kind| kind.is_set(row));
        vacant.extend(kinds.filter_map(|kind| Some((Owner::of(row)?, kind))));
    }
    if vacant.is_empty() {
        return Ok(());
    }
    let without: Vec<Owner> = vacant.iter().map(|(owner, _)| *owner).collect();
    let rows = visibility::writable_by(unit.viewer())
        .filter(owned_by(unit, &without))
        .order_by_desc(Column::UpdatedAt)
        .order_by_desc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    let mut promoted = Vec::new();
    for before in rows {
        let mut after = before.clone();
        for kind in Kind::ALL {
            if Owner::of(&before).is_some_and(|owner| vacant.remove(&(owner, kind))) {
                kind.set(&mut after, true);
            }
        }
        if after != before {
            touch(&mut after, unit.now());
            promoted.push((before, after));
        }
    }
    save(
        unit,
        owners,
        promoted.iter().map(|(before, after)| (before, after)).collect(),
    )
    .await?;
    Ok(())
}
