//! The rules about who has which role.

use entity::{
    id::{ChannelId, PrefixedId, RoleId, StaffUserId},
    role::Column,
    role_assignment::{Entity, Model, ScopeKind},
    staff_user,
};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect, entity::prelude::Json,
};
use serde_json::json;

use super::{
    authority::{Authority, Paths},
    visibility,
};
use crate::{
    auth::Permission,
    features::{channel::visibility as channels, staff::visibility as staff},
    work::{FieldChange, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError, snapshot::diff},
};

/// The most roles that one staff user has.
pub const ROLES: usize = 20;

/// Where the inputs of this room say what it is about.
const PATHS: Paths<'static> = Paths {
    whom: "staffUserId",
    what: "roleId",
};

/// A role for somebody.
#[derive(Clone, Copy, Debug)]
pub struct Assignment {
    /// Who.
    pub user: StaffUserId,
    /// Which role.
    pub role: RoleId,
    /// For which channel alone; everywhere without one.
    pub channel: Option<ChannelId>,
}

impl Assignment {
    fn is(&self, row: &Model) -> bool {
        row.role_id == self.role && row.scope_id == self.channel.map(PrefixedId::uuid)
    }

    /// The row that says so.
    #[must_use]
    pub fn row(&self, unit: &UnitOfWork) -> Model {
        Model {
            id: unit.new_id(),
            staff_user_id: self.user,
            role_id: self.role,
            scope_kind: match self.channel {
                Some(_) => ScopeKind::Channel,
                None => ScopeKind::All,
            },
            scope_id: self.channel.map(PrefixedId::uuid),
            assigned_by: unit.viewer().staff_user(),
            created_at: unit.now(),
        }
    }
}

/// Gives a role to a staff user. One who has it already keeps it.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN_FIELD`, `OUT_OF_SCOPE_PERMISSION`, `LIMIT_EXCEEDED`, `LAST_ADMIN` when the role would hide
/// something from the last owner.
pub async fn assign(unit: &mut UnitOfWork, wanted: Assignment) -> Result<staff_user::Model, WriteError> {
    let (authority, roster) = Authority::over_roster(unit).await?;
    let user = user(unit, wanted.user).await?;
    authority.check_not_oneself(PATHS.whom, user.id)?;
    check_there(unit, &[wanted.role], |_| PATHS.what.to_owned()).await?;
    if let Some(channel) = wanted.channel {
        let known = channels::nameable_by(unit.viewer(), Permission::StaffWrite)
            .filter(entity::channel::Column::Id.eq(channel))
            .count(unit.db())
            .await?;
        if known == 0 {
            return Err(UserError::not_found("channelId", "channel").into());
        }
    }
    let mut after = roster.clone();
    let roles = &mut after.members.entry(user.id).or_default().roles;
    if roles.iter().any(|row| wanted.is(row)) {
        return Ok(user);
    }
    if roles.len() >= ROLES {
        return Err(UserError::limit(PATHS.what, ROLES, roles.len() + 1, "roles of one staff user").into());
    }
    let row = wanted.row(unit);
    roles.push(row.clone());
    authority.check_change(unit, &roster, &after, PATHS).await?;
    give(unit, &user, &[row]).await?;
    Ok(user)
}

/// Writes down roles that somebody gets. That whoever writes may give them was asked before.
///
/// # Errors
/// Faults.
pub async fn give(unit: &mut UnitOfWork, user: &staff_user::Model, rows: &[Model]) -> Result<(), WriteError> {
    if rows.is_empty() {
        return Ok(());
    }
    Entity::insert_many(rows.iter().cloned().map(IntoActiveModel::into_active_model))
        .exec_without_returning(unit.db())
        .await?;
    for row in rows {
        unit.record(record("staff.role_assigned", user, diff(None, Some(row))));
    }
    Ok(())
}

/// Takes a role from a staff user.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN_FIELD`, `OUT_OF_SCOPE_PERMISSION`, `LAST_ADMIN`.
pub async fn unassign(unit: &mut UnitOfWork, wanted: Assignment) -> Result<staff_user::Model, WriteError> {
    let (authority, roster) = Authority::over_roster(unit).await?;
    let user = user(unit, wanted.user).await?;
    authority.check_not_oneself(PATHS.whom, user.id)?;
    check_there(unit, &[wanted.role], |_| PATHS.what.to_owned()).await?;
    authority.check_rank(PATHS.whom, &roster.standing(user.id))?;
    let mut after = roster.clone();
    let roles = &mut after.members.entry(user.id).or_default().roles;
    let position = roles
        .iter()
        .position(|row| wanted.is(row))
        .ok_or_else(|| UserError::not_found(PATHS.what, "role of this staff user"))?;
    let row = roles.remove(position);
    authority.check_change(unit, &roster, &after, PATHS).await?;
    Entity::delete_by_id(row.id).exec(unit.db()).await?;
    unit.record(record("staff.role_unassigned", &user, diff(Some(&row), None)));
    Ok(user)
}

async fn user(unit: &UnitOfWork, id: StaffUserId) -> Result<staff_user::Model, WriteError> {
    staff::writable_by(unit.viewer())
        .filter(staff_user::Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found(PATHS.whom, "staff user").into())
}

/// Asks whether these roles are there for whoever writes; `path` says where the input names which of them.
///
/// # Errors
/// `NOT_FOUND` for the first that is not.
pub async fn check_there(
    unit: &UnitOfWork,
    roles: &[RoleId],
    path: impl Fn(usize) -> String,
) -> Result<(), WriteError> {
    if roles.is_empty() {
        return Ok(());
    }
    let known: Vec<RoleId> = visibility::writable_by(unit.viewer())
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(roles.iter().map(|role| role.uuid())))
        .into_tuple()
        .all(unit.db())
        .await?;
    match roles.iter().position(|role| !known.contains(role)) {
        Some(position) => Err(UserError::not_found(&path(position), "role").into()),
        None => Ok(()),
    }
}

fn record(topic: &'static str, user: &staff_user::Model, changes: Vec<FieldChange>) -> Record {
    Record {
        topic: Topic(topic),
        subject: user.id.uuid(),
        begins: false,
        object: user.id.to_string(),
        version: user.version,
        changes,
    }
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("roleId", json!(self.role_id)),
            ("scope", json!(self.scope_kind)),
            ("channelId", json!(self.scope_id.map(ChannelId))),
        ]
    }
}
