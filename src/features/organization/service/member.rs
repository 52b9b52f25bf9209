//! Members as time goes on: other roles, other units, the end of a membership.

use entity::{
    id::{OrganizationMemberId, OrganizationRoleId, OrganizationUnitId},
    organization_member::{Column, Entity, Model, Status},
    organization_member_role, organization_member_unit,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait};

use super::{
    super::visibility,
    admission::{insert_roles, insert_units, organizations_of_units, record, units_of},
    organization,
    role::{ADMIN, Roles, no_role},
    snapshot::WholeMember,
};
use crate::work::{ErrorCode, UnitOfWork, UserError, WriteError};

/// Ends a membership; the customer stays.
///
/// Deleting a customer ends memberships, too, even that of a last admin: that somebody's data must go is not for
/// their organization to refuse.
///
/// # Errors
/// `NOT_FOUND`, `LAST_ADMIN`.
pub async fn remove_member(unit: &mut UnitOfWork, id: OrganizationMemberId) -> Result<(), WriteError> {
    let (before, held, _) = find_member(unit, id, None).await?;
    if held.contains(&ADMIN) {
        keep_an_admin(unit, &before.row, "id").await?;
    }
    visibility::delete::<Entity>(unit.viewer())
        .filter(Column::Id.eq(id))
        .exec(unit.db())
        .await?;
    record(unit, "organization.member_removed", Some(&before), None);
    Ok(())
}

/// Gives a member exactly these roles.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `REQUIRED` for no role at all, `LAST_ADMIN`.
pub async fn set_member_roles(
    unit: &mut UnitOfWork,
    id: OrganizationMemberId,
    expected_version: Option<i32>,
    names: &[String],
) -> Result<Model, WriteError> {
    let (before, held, known) = find_member(unit, id, expected_version).await?;
    let wanted = known.named(Some(before.row.organization_id), names)?;
    if wanted.is_empty() {
        return Err(no_role().into());
    }
    if held.contains(&ADMIN) && !wanted.contains(&ADMIN) {
        keep_an_admin(unit, &before.row, "roles").await?;
    }
    let lost: Vec<_> = held.iter().copied().filter(|role| !wanted.contains(role)).collect();
    let gained: Vec<_> = wanted.iter().copied().filter(|role| !held.contains(role)).collect();
    if lost.is_empty() && gained.is_empty() {
        return Ok(before.row);
    }
    visibility::delete::<organization_member_role::Entity>(unit.viewer())
        .filter(organization_member_role::Column::OrganizationMemberId.eq(id))
        .filter(organization_member_role::Column::OrganizationRoleId.is_in(lost))
        .exec(unit.db())
        .await?;
    let gained = gained.into_iter().map(|role| organization_member_role::Model {
        organization_member_id: id,
        organization_role_id: role,
    });
    insert_roles(unit, gained.collect()).await?;
    let after = WholeMember {
        row: touch(unit, &before.row).await?,
        roles: known.handles(&wanted),
        units: before.units.clone(),
    };
    record(unit, "organization.member_changed", Some(&before), Some(&after));
    Ok(after.row)
}

/// Lets a member work in exactly these units, or in none in particular.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`.
pub async fn set_member_units(
    unit: &mut UnitOfWork,
    id: OrganizationMemberId,
    expected_version: Option<i32>,
    wanted: &[OrganizationUnitId],
) -> Result<Model, WriteError> {
    let (before, _, _) = find_member(unit, id, expected_version).await?;
    let organizations = organizations_of_units(unit, wanted).await?;
    let wanted = units_of(Some(before.row.organization_id), wanted, &organizations)?;
    let lost: Vec<_> = before
        .units
        .iter()
        .copied()
        .filter(|unit| !wanted.contains(unit))
        .collect();
    let gained: Vec<_> = wanted
        .iter()
        .copied()
        .filter(|unit| !before.units.contains(unit))
        .collect();
    if lost.is_empty() && gained.is_empty() {
        return Ok(before.row);
    }
    visibility::delete::<organization_member_unit::Entity>(unit.viewer())
        .filter(organization_member_unit::Column::OrganizationMemberId.eq(id))
        .filter(organization_member_unit::Column::OrganizationUnitId.is_in(lost))
        .exec(unit.db())
        .await?;
    let gained = gained.into_iter().map(|unit| organization_member_unit::Model {
        organization_member_id: id,
        organization_unit_id: unit,
    });
    insert_units(unit, gained.collect()).await?;
    let after = WholeMember {
        row: touch(unit, &before.row).await?,
        roles: before.roles.clone(),
        units: wanted,
    };
    record(unit, "organization.member_changed", Some(&before), Some(&after));
    Ok(after.row)
}

/// Finds a member, locks the organization and then the member, and reads what the member has.
async fn find_member(
    unit: &UnitOfWork,
    id: OrganizationMemberId,
    expected_version: Option<i32>,
) -> Result<(WholeMember, Vec<OrganizationRoleId>, Roles), WriteError> {
    let not_found = || WriteError::from(UserError::not_found("id", "member"));
    let select = || visibility::writable_by::<Entity>(unit.viewer()).filter(Column::Id.eq(id));
    let seen = select().one(unit.db()).await?.ok_or_else(not_found)?;
    // The organization before the member, as everybody does who changes members; what was seen before may be gone.
    organization::find(unit, seen.organization_id, "id").await?;
    let row = select().lock_exclusive().one(unit.db()).await?.ok_or_else(not_found)?;
    if expected_version.is_some_and(|expected| expected != row.version) {
        return Err(UserError::conflict(row.version).into());
    }
    let held: Vec<OrganizationRoleId> = visibility::writable_by::<organization_member_role::Entity>(unit.viewer())
        .select_only()
        .column(organization_member_role::Column::OrganizationRoleId)
        .filter(organization_member_role::Column::OrganizationMemberId.eq(id))
        .into_tuple()
        .all(unit.db())
        .await?;
    let units = visibility::writable_by::<organization_member_unit::Entity>(unit.viewer())
        .select_only()
        .column(organization_member_unit::Column::OrganizationUnitId)
        .filter(organization_member_unit::Column::OrganizationMemberId.eq(id))
        .into_tuple()
        .all(unit.db())
        .await?;
    let known = Roles::of(unit, &[row.organization_id]).await?;
    let roles = known.handles(&held);
    Ok((WholeMember { row, roles, units }, held, known))
}

/// Refuses when this member is the last active admin. The organization is locked, so nobody else takes the other
/// admin away meanwhile.
async fn keep_an_admin(unit: &UnitOfWork, leaving: &Model, path: &str) -> Result<(), WriteError> {
    if leaving.status != Status::Active {
        return Ok(());
    }
    let admins = visibility::writable_by::<organization_member_role::Entity>(unit.viewer())
        .select_only()
        .column(organization_member_role::Column::OrganizationMemberId)
        .filter(organization_member_role::Column::OrganizationRoleId.eq(ADMIN))
        .into_query();
    let other = visibility::writable_by::<Entity>(unit.viewer())
        .filter(Column::OrganizationId.eq(leaving.organization_id))
        .filter(Column::Status.eq(Status::Active))
        .filter(Column::Id.ne(leaving.id))
        .filter(Column::Id.in_subquery(admins))
        .one(unit.db())
        .await?;
    if other.is_some() {
        return Ok(());
    }
    Err(UserError::new(
        ErrorCode::LastAdmin,
        path,
        "This is the organization's last admin. Make another member admin first.",
    )
    .into())
}

/// Counts a change of a member that stands in other tables.
async fn touch(unit: &UnitOfWork, row: &Model) -> Result<Model, WriteError> {
    let mut new = row.clone();
    new.version += 1;
    new.updated_at = unit.now();
    Entity::update(new.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    Ok(new)
}
