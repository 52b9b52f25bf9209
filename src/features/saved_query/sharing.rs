//! With which roles saved queries are shared.

use std::collections::BTreeSet;

use entity::{
    id::{RoleId, SavedQueryId},
    role, saved_query_role,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::visibility;
use crate::work::{Call, UnitOfWork, UserError};

/// The most roles with which one query is shared.
const AUDIENCES: usize = 20;

/// The roles with which the viewer may share, by name.
///
/// # Errors
/// Faults.
pub async fn audiences(call: &Call) -> Result<Vec<role::Model>, DbErr> {
    visibility::audiences_of(&call.viewer)
        .order_by_asc(role::Column::NameFolded)
        .all(call.db())
        .await
}

/// Complains about roles that are not there or with which the viewer may not share; those that it was shared with
/// before may stay.
pub(super) async fn unknown_roles(
    unit: &UnitOfWork,
    wanted: &[RoleId],
    before: &BTreeSet<RoleId>,
) -> Result<Vec<UserError>, DbErr> {
    let path = "sharedWithRoleIds";
    if wanted.len() > AUDIENCES {
        return Ok(vec![UserError::limit(path, AUDIENCES, wanted.len(), "roles")]);
    }
    let new: Vec<RoleId> = wanted.iter().copied().filter(|role| !before.contains(role)).collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    // Locked, so that none of them goes before it is written down.
    let known: BTreeSet<RoleId> = visibility::audiences_of(unit.viewer())
        .filter(role::Column::Id.is_in(new))
        .lock_shared()
        .all(unit.db())
        .await?
        .into_iter()
        .map(|role| role.id)
        .collect();
    Ok(wanted
        .iter()
        .enumerate()
        .filter(|(_, role)| !known.contains(role) && !before.contains(role))
        .map(|(position, _)| UserError::not_found(&format!("{path}.{position}"), "role"))
        .collect())
}

pub(super) async fn share(unit: &UnitOfWork, id: SavedQueryId, roles: &BTreeSet<RoleId>) -> Result<(), DbErr> {
    if roles.is_empty() {
        return Ok(());
    }
    let shares = roles.iter().map(|role| saved_query_role::ActiveModel {
        saved_query_id: Set(id),
        role_id: Set(*role),
    });
    saved_query_role::Entity::insert_many(shares)
        .exec_without_returning(unit.db())
        .await?;
    Ok(())
}
