//! Changes that follow from proof, not from what a viewer may write.

use entity::{
    customer::{Column, Entity, Model},
    id::{CustomerId, PrefixedId},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::derive;
use crate::work::{Record, Topic, UnitOfWork, WriteError, snapshot::diff, timeline};

/// Writes a customer as they now are. Whoever calls this has locked the row and has proof that the change is right,
/// whatever the viewer may write.
///
/// # Errors
/// Faults.
pub async fn replace(unit: &mut UnitOfWork, before: &Model, after: Model) -> Result<Model, WriteError> {
    let mut after = after;
    derive(&mut after);
    after.version = before.version + 1;
    after.updated_at = unit.now();
    Entity::update(after.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    unit.record(Record {
        topic: Topic("customer.updated"),
        subject: after.id.uuid(),
        begins: false,
        object: after.id.to_string(),
        version: after.version,
        changes: diff(Some(before), Some(&after)),
    });
    Ok(after)
}

/// Takes into a customer what guests know who turned out to be the same person, and removes the guests. What other
/// rooms keep about them must have been moved before.
///
/// # Errors
/// Faults.
pub async fn absorb(unit: &mut UnitOfWork, row: Model, guests: &[Model]) -> Result<Model, WriteError> {
    let ids: Vec<CustomerId> = guests.iter().map(|guest| guest.id).collect();
    Entity::delete_many()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(unit.db())
        .await?;
    let subjects: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    timeline::forget(unit.db(), &subjects).await?;
    let mut richer = row.clone();
    for guest in guests {
        richer.first_name = richer.first_name.or_else(|| guest.first_name.clone());
        richer.last_name = richer.last_name.or_else(|| guest.last_name.clone());
        richer.company_name = richer.company_name.or_else(|| guest.company_name.clone());
        if richer.phone.is_none() {
            richer.phone.clone_from(&guest.phone);
            richer.phone_e164.clone_from(&guest.phone_e164);
        }
        richer.external_id = richer.external_id.or_else(|| guest.external_id.clone());
        richer.locale = richer.locale.or_else(|| guest.locale.clone());
    }
    let row = if richer == row {
        row
    } else {
        replace(unit, &row, richer).await?
    };
    for guest in &ids {
        unit.record(Record {
            topic: Topic("customer.merged"),
            subject: row.id.uuid(),
            begins: false,
            object: guest.to_string(),
            version: row.version,
            changes: Vec::new(),
        });
    }
    Ok(row)
}
