//! Who may give what: nobody gives what they lack, nobody changes what they may do themselves, and somebody stays who
//! may do everything.

use entity::{
    id::{RoleId, StaffUserId},
    role, staff_user,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, entity::prelude::Uuid};

use crate::{
    auth::{
        Permissions, Viewer,
        grants::{FieldMasks, Standing, standings},
    },
    work::{ErrorCode, UnitOfWork, UserError, WriteError},
};

/// The built-in role that may do everything.
pub const OWNER: RoleId = RoleId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0011));

/// What whoever writes may do at this moment.
#[derive(Clone, Debug)]
pub struct Authority {
    permissions: Permissions,
    masks: FieldMasks,
}

impl Authority {
    /// What whoever writes may do now, not what they might a few seconds ago. All who change what staff may do wait for
    /// each other here, so that two owners do not shut each other out at once.
    ///
    /// # Errors
    /// Faults.
    pub async fn of_writer(unit: &UnitOfWork) -> Result<Self, WriteError> {
        role::Entity::find_by_id(OWNER).lock_exclusive().one(unit.db()).await?;
        match unit.viewer() {
            Viewer::Staff { user, .. } => {
                let row = staff_user::Entity::find_by_id(*user)
                    .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
                    .one(unit.db())
                    .await?;
                let standing = match row {
                    Some(row) => standing(unit, &row).await?,
                    None => Standing::default(),
                };
                Ok(Self {
                    permissions: standing.permissions,
                    masks: standing.reach.masks,
                })
            }
            viewer => Ok(Self {
                permissions: viewer.permissions(),
                masks: FieldMasks::new(),
            }),
        }
    }

    /// Asks whether the writer may give these permissions, hiding these fields.
    ///
    /// # Errors
    /// `OUT_OF_SCOPE_PERMISSION`, which names what is missing.
    pub fn check_gift(&self, path: &str, permissions: Permissions, masks: &FieldMasks) -> Result<(), UserError> {
        let missing = permissions.without(self.permissions);
        if !missing.is_empty() {
            return Err(UserError::new(
                ErrorCode::OutOfScopePermission,
                path,
                format!("You cannot give what you may not do yourself: {missing}."),
            ));
        }
        let shown: Vec<&str> = self.masks.difference(masks).map(String::as_str).collect();
        if !shown.is_empty() && !permissions.is_empty() {
            return Err(UserError::new(
                ErrorCode::OutOfScopePermission,
                path,
                format!("You cannot show others what is hidden from you: {}.", shown.join(", ")),
            ));
        }
        Ok(())
    }

    /// Asks whether the writer may change somebody who may do this.
    ///
    /// # Errors
    /// `OUT_OF_SCOPE_PERMISSION`, which names what is missing.
    pub fn check_rank(&self, path: &str, permissions: Permissions) -> Result<(), UserError> {
        let missing = permissions.without(self.permissions);
        if missing.is_empty() {
            return Ok(());
        }
        Err(UserError::new(
            ErrorCode::OutOfScopePermission,
            path,
            format!("You cannot change what others may do who may do more than you: {missing}."),
        ))
    }
}

/// Refuses when somebody is about to change what they may do themselves.
///
/// # Errors
/// `FORBIDDEN_FIELD`.
pub fn check_not_oneself(unit: &UnitOfWork, path: &str, user: StaffUserId) -> Result<(), UserError> {
    if unit.viewer().staff_user() == Some(user) {
        return Err(UserError::new(
            ErrorCode::ForbiddenField,
            path,
            "You cannot change what you may do yourself. Ask another staff user.",
        ));
    }
    Ok(())
}

/// What a staff user may do now.
///
/// # Errors
/// Faults.
pub async fn standing(unit: &UnitOfWork, row: &staff_user::Model) -> Result<Standing, DbErr> {
    let direct = Permissions::stored(&row.permissions);
    let mut found = standings(unit.db(), &[(row.id, direct)]).await?;
    Ok(found.remove(&row.id).unwrap_or_default())
}

/// How many active staff users may do everything.
///
/// # Errors
/// Faults.
pub async fn owners(unit: &UnitOfWork) -> Result<usize, DbErr> {
    let active = staff_user::Entity::find()
        .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
        .all(unit.db())
        .await?;
    let active: Vec<(StaffUserId, Permissions)> = active
        .iter()
        .map(|row| (row.id, Permissions::stored(&row.permissions)))
        .collect();
    let standings = standings(unit.db(), &active).await?;
    Ok(standings
        .values()
        .filter(|standing| standing.permissions == Permissions::all())
        .count())
}

/// Refuses when nobody is left who may do everything, though somebody was.
///
/// # Errors
/// `LAST_ADMIN`.
pub async fn check_owner_stays(unit: &UnitOfWork, before: usize, path: &str) -> Result<(), WriteError> {
    if before > 0 && owners(unit).await? == 0 {
        return Err(UserError::new(
            ErrorCode::LastAdmin,
            path,
            "Nobody would be left who may do everything. Make another staff user owner first.",
        )
        .into());
    }
    Ok(())
}

/// Reads permissions that somebody wants to give.
///
/// # Errors
/// `LIMIT_EXCEEDED`, or `INVALID` for what is no permission.
pub fn read_permissions(path: &str, names: &[String]) -> Result<(Permissions, Vec<String>), UserError> {
    const MOST: usize = 100;
    if names.len() > MOST {
        return Err(UserError::limit(path, MOST, names.len(), "permissions"));
    }
    let mut kept: Vec<String> = Vec::new();
    let mut set = Permissions::default();
    for (position, name) in names.iter().enumerate() {
        let name = name.trim();
        let known = Permissions::parse([name]).ok().filter(|read| !read.is_empty());
        let Some(read) = known else {
            return Err(UserError::new(
                ErrorCode::Invalid,
                &format!("{path}.{position}"),
                "There is no such permission. The query permissions lists them; * stands for any resource or action.",
            ));
        };
        set = set.union(read);
        if !kept.iter().any(|known| known == name) {
            kept.push(name.to_owned());
        }
    }
    Ok((set, kept))
}
