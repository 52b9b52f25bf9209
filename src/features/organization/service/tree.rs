//! The tree of units: one root, no cycles.

use std::collections::HashMap;

use entity::{
    id::{OrganizationId, OrganizationUnitId, PrefixedId},
    organization_member_unit,
    organization_unit::{Column, Entity, Model},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use super::{super::visibility, organization};
use crate::work::{Change, ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError, snapshot::diff};

/// A change of a unit.
#[derive(Clone, Debug, Default)]
pub struct UnitChange {
    /// Name; never cleared.
    pub name: Option<String>,
    /// The unit above; never cleared.
    pub parent: Change<OrganizationUnitId>,
}

/// Creates a unit under another, or under the root when none is named.
///
/// # Errors
/// `NOT_FOUND` for the organization or the unit above.
pub async fn create_unit(
    unit: &mut UnitOfWork,
    organization: OrganizationId,
    parent: Option<OrganizationUnitId>,
    name: String,
) -> Result<Model, WriteError> {
    organization::find(unit, organization, "organizationId").await?;
    let above = visibility::writable_by::<Entity>(unit.viewer()).filter(Column::OrganizationId.eq(organization));
    let above = match parent {
        Some(parent) => above.filter(Column::Id.eq(parent)),
        None => above.filter(Column::ParentId.is_null()),
    };
    let above = above.one(unit.db()).await?.ok_or_else(no_parent)?;
    let row = Model {
        id: unit.new_id(),
        organization_id: organization,
        parent_id: Some(above.id),
        name,
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    record(unit, "organization.unit_created", None, Some(&row));
    Ok(row)
}

/// Renames a unit or moves it, with all that is below it.
///
/// # Errors
/// `NOT_FOUND` for the unit or the one above, `CONFLICT`, `REQUIRED` when a unit would be left without one above,
/// `INVALID` when it would come to be below itself, or when the root were to be moved.
pub async fn update_unit(
    unit: &mut UnitOfWork,
    id: OrganizationUnitId,
    expected_version: Option<i32>,
    change: UnitChange,
) -> Result<Model, WriteError> {
    let old = find(unit, id, expected_version).await?;
    let mut new = old.clone();
    if let Some(name) = change.name {
        new.name = name;
    }
    match (change.parent, old.parent_id) {
        (Change::Keep, _) | (Change::Clear, None) => {}
        (Change::Clear, Some(_)) => {
            return Err(UserError::new(
                ErrorCode::Required,
                "parentId",
                "Only the root has no unit above it. Give the root's id to move the unit to the top.",
            )
            .into());
        }
        (Change::Set(_), None) => {
            return Err(UserError::new(ErrorCode::Invalid, "parentId", "The root unit cannot be moved.").into());
        }
        (Change::Set(parent), Some(_)) => {
            refuse_cycle(unit, &old, parent).await?;
            new.parent_id = Some(parent);
        }
    }
    if new == old {
        return Ok(old);
    }
    new.version += 1;
    new.updated_at = unit.now();
    Entity::update(new.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    record(unit, "organization.unit_updated", Some(&old), Some(&new));
    Ok(new)
}

/// Deletes a unit with its addresses. The root goes with the organization alone, and a unit that others are below or
/// that members work in stays: nobody should come to work elsewhere by the way.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `IN_USE`.
pub async fn delete_unit(
    unit: &mut UnitOfWork,
    id: OrganizationUnitId,
    expected_version: Option<i32>,
) -> Result<(), WriteError> {
    let row = find(unit, id, expected_version).await?;
    if row.parent_id.is_none() {
        return Err(in_use("The root unit goes with its organization alone.").into());
    }
    let child = visibility::writable_by::<Entity>(unit.viewer())
        .filter(Column::ParentId.eq(id))
        .one(unit.db())
        .await?;
    if child.is_some() {
        return Err(in_use("There are units below this one. Move or delete them first.").into());
    }
    let worker = visibility::writable_by::<organization_member_unit::Entity>(unit.viewer())
        .filter(organization_member_unit::Column::OrganizationUnitId.eq(id))
        .one(unit.db())
        .await?;
    if worker.is_some() {
        return Err(in_use("Members work in this unit. Give them other units first.").into());
    }
    visibility::delete::<Entity>(unit.viewer())
        .filter(Column::Id.eq(id))
        .exec(unit.db())
        .await?;
    record(unit, "organization.unit_deleted", Some(&row), None);
    Ok(())
}

/// Finds a unit, locks the organization and then the unit.
async fn find(unit: &UnitOfWork, id: OrganizationUnitId, expected_version: Option<i32>) -> Result<Model, WriteError> {
    let not_found = || WriteError::from(UserError::not_found("id", "unit"));
    let select = || visibility::writable_by::<Entity>(unit.viewer()).filter(Column::Id.eq(id));
    let seen = select().one(unit.db()).await?.ok_or_else(not_found)?;
    organization::find(unit, seen.organization_id, "id").await?;
    let row = select().lock_exclusive().one(unit.db()).await?.ok_or_else(not_found)?;
    if expected_version.is_some_and(|expected| expected != row.version) {
        return Err(UserError::conflict(row.version).into());
    }
    Ok(row)
}

/// Walks up from the unit that is to be above. The organization is locked, so the tree stays as it is read.
async fn refuse_cycle(unit: &UnitOfWork, moved: &Model, parent: OrganizationUnitId) -> Result<(), WriteError> {
    let above: HashMap<OrganizationUnitId, Option<OrganizationUnitId>> =
        visibility::writable_by::<Entity>(unit.viewer())
            .select_only()
            .columns([Column::Id, Column::ParentId])
            .filter(Column::OrganizationId.eq(moved.organization_id))
            .into_tuple::<(OrganizationUnitId, Option<OrganizationUnitId>)>()
            .all(unit.db())
            .await?
            .into_iter()
            .collect();
    if !above.contains_key(&parent) {
        return Err(no_parent().into());
    }
    let mut step = Some(parent);
    while let Some(id) = step {
        if id == moved.id {
            return Err(UserError::new(
                ErrorCode::Invalid,
                "parentId",
                "A unit cannot be below itself. Choose a unit outside of what is below it.",
            )
            .into());
        }
        step = above.get(&id).copied().flatten();
    }
    Ok(())
}

fn record(unit: &mut UnitOfWork, topic: &'static str, before: Option<&Model>, after: Option<&Model>) {
    let Some(row) = after.or(before) else { return };
    unit.record(Record {
        topic: Topic(topic),
        subject: row.organization_id.uuid(),
        begins: false,
        object: row.id.to_string(),
        version: row.version + i32::from(after.is_none()),
        changes: diff(before, after),
    });
}

fn no_parent() -> UserError {
    UserError::not_found("parentId", "unit in this organization")
}

fn in_use(message: &'static str) -> UserError {
    UserError::new(ErrorCode::InUse, "id", message)
}
