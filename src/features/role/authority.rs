//! Who may give what: nobody gives what they lack, nobody changes what they may do themselves, and somebody stays who
//! may do everything.
//!
//! What somebody may do changes in many ways: a role is given or taken away, a role that they have changes, or one from
//! which that one inherits. So no way is judged by itself: every one works out everybody's standing before and after,
//! and [`Authority::check_change`] compares them.

use entity::{
    api_key,
    id::{RoleId, StaffUserId},
    role, staff_user,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, entity::prelude::Uuid};

use super::roster::Roster;
use crate::{
    auth::{
        Permissions, Viewer,
        grants::{FieldMasks, Standing, standings},
    },
    features::identity::service as identities,
    work::{ErrorCode, UnitOfWork, UserError, WriteError},
};

/// The built-in role that may do everything.
pub const OWNER: RoleId = RoleId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0011));

/// What whoever writes may do at this moment.
#[derive(Clone, Debug)]
pub struct Authority {
    writer: Option<StaffUserId>,
    permissions: Permissions,
    masks: FieldMasks,
}

/// Where an input says whom it changes, and what they get.
#[derive(Clone, Copy, Debug)]
pub struct Paths<'a> {
    /// Whom it changes.
    pub whom: &'a str,
    /// What they get.
    pub what: &'a str,
}

impl Authority {
    /// What whoever writes may do now, not what they might a few seconds ago. All who change what staff may do wait for
    /// each other here, so that two owners do not shut each other out at once.
    ///
    /// # Errors
    /// Faults.
    pub async fn of_writer(unit: &UnitOfWork) -> Result<Self, WriteError> {
        wait_for_others(unit).await?;
        let writer = writer(unit).await?;
        let standing = match unit.viewer() {
            Viewer::Staff { user, .. } => Some(match active(unit, *user).await? {
                Some(row) => standing(unit, &row).await?,
                None => Standing::default(),
            }),
            _ => None,
        };
        Ok(Self::with(unit.viewer(), writer, standing))
    }

    /// The same for whoever is about to change what staff users may do, with everybody's grants and all roles.
    ///
    /// # Errors
    /// Faults.
    pub async fn over_roster(unit: &UnitOfWork) -> Result<(Self, Roster), WriteError> {
        wait_for_others(unit).await?;
        let writer = writer(unit).await?;
        let roster = Roster::read(unit).await?;
        let standing = unit.viewer().staff_user().map(|user| {
            let is_active = roster.members.get(&user).is_some_and(|member| member.is_active);
            if is_active {
                roster.standing(user)
            } else {
                Standing::default()
            }
        });
        Ok((Self::with(unit.viewer(), writer, standing), roster))
    }

    fn with(viewer: &Viewer, writer: Option<StaffUserId>, standing: Option<Standing>) -> Self {
        let standing = standing.unwrap_or_else(|| Standing {
            permissions: viewer.permissions(),
            ..Standing::default()
        });
        Self {
            writer,
            permissions: standing.permissions,
            masks: standing.reach.masks,
        }
    }

    /// Asks whether the writer may make of everybody what `after` makes of them. Whoever's standing changes, be it by a
    /// role that they have, must be somebody else, may have had nothing that the writer lacks and may get nothing of
    /// the kind, and is shown nothing that is hidden from the writer. And somebody stays who can do everything.
    ///
    /// # Errors
    /// `FORBIDDEN_FIELD` for oneself, `OUT_OF_SCOPE_PERMISSION`, which names what is missing, `LAST_ADMIN`.
    pub async fn check_change(
        &self,
        unit: &UnitOfWork,
        before: &Roster,
        after: &Roster,
        paths: Paths<'_>,
    ) -> Result<(), WriteError> {
        let mut is_owner_lost = false;
        for (user, member) in &after.members {
            let was_active = before.members.get(user).is_some_and(|member| member.is_active);
            let (was, now) = (before.standing(*user), after.standing(*user));
            if was == now && was_active == member.is_active {
                continue;
            }
            self.check_not_oneself(paths.whom, *user)?;
            self.check_rank(paths.whom, &was)?;
            self.check_gift(paths.what, now.everything(), &now.reach.masks)?;
            is_owner_lost |= was_active && was.permissions == Permissions::all() && was.reach.masks.is_empty();
        }
        if is_owner_lost {
            check_owner_stays(unit, before, after, paths.what).await?;
        }
        Ok(())
    }

    /// Refuses when somebody is about to change what they may do themselves, with a key that they made either.
    ///
    /// # Errors
    /// `FORBIDDEN_FIELD`.
    pub fn check_not_oneself(&self, path: &str, user: StaffUserId) -> Result<(), UserError> {
        if self.writer == Some(user) {
            return Err(UserError::new(
                ErrorCode::ForbiddenField,
                path,
                "You cannot change what you may do yourself. Ask another staff user.",
            ));
        }
        Ok(())
    }

    /// Asks whether the writer may give these permissions, hiding these fields.
    ///
    /// # Errors
    /// `OUT_OF_SCOPE_PERMISSION`, which names what is missing.
    pub fn check_gift(&self, path: &str, permissions: Permissions, masks: &FieldMasks) -> Result<(), UserError> {
        self.check_permissions(path, permissions)?;
        if permissions.is_empty() {
            return Ok(());
        }
        self.check_shown(path, masks, "You cannot show others what is hidden from you")
    }

    /// Asks whether the writer may give these permissions, whatever is hidden.
    ///
    /// # Errors
    /// `OUT_OF_SCOPE_PERMISSION`, which names what is missing.
    pub fn check_permissions(&self, path: &str, permissions: Permissions) -> Result<(), UserError> {
        self.check_has(path, permissions, "You cannot give what you may not do yourself")
    }

    /// Asks whether the writer may change somebody who may do this: nobody changes others who may do or see more.
    ///
    /// # Errors
    /// `OUT_OF_SCOPE_PERMISSION`, which names what is missing.
    pub fn check_rank(&self, path: &str, standing: &Standing) -> Result<(), UserError> {
        let everything = standing.everything();
        self.check_has(path, everything, "You cannot change others who may do more than you")?;
        if everything.is_empty() {
            return Ok(());
        }
        self.check_shown(
            path,
            &standing.reach.masks,
            "You cannot change others who see more than you",
        )
    }

    /// Asks whether the writer may change a role that allows this.
    ///
    /// # Errors
    /// `OUT_OF_SCOPE_PERMISSION`, which names what is missing.
    pub fn check_role(&self, path: &str, permissions: Permissions) -> Result<(), UserError> {
        self.check_has(
            path,
            permissions,
            "You cannot change a role that allows more than you may do",
        )
    }

    fn check_has(&self, path: &str, permissions: Permissions, refusal: &str) -> Result<(), UserError> {
        let missing = permissions.without(self.permissions);
        if missing.is_empty() {
            return Ok(());
        }
        Err(out_of_scope(path, refusal, &missing.to_string()))
    }

    fn check_shown(&self, path: &str, masks: &FieldMasks, refusal: &str) -> Result<(), UserError> {
        let shown: Vec<&str> = self.masks.difference(masks).map(String::as_str).collect();
        if shown.is_empty() {
            return Ok(());
        }
        Err(out_of_scope(path, refusal, &shown.join(", ")))
    }
}

fn out_of_scope(path: &str, refusal: &str, missing: &str) -> UserError {
    UserError::new(ErrorCode::OutOfScopePermission, path, format!("{refusal}: {missing}."))
}

/// The staff user who writes, or who made the key that does: a key is no way to change oneself.
async fn writer(unit: &UnitOfWork) -> Result<Option<StaffUserId>, DbErr> {
    match unit.viewer() {
        Viewer::ApiKey { key, .. } => {
            let key = api_key::Entity::find_by_id(*key).one(unit.db()).await?;
            Ok(key.and_then(|key| key.created_by))
        }
        viewer => Ok(viewer.staff_user()),
    }
}

async fn wait_for_others(unit: &UnitOfWork) -> Result<(), DbErr> {
    role::Entity::find_by_id(OWNER).lock_exclusive().one(unit.db()).await?;
    Ok(())
}

async fn active(unit: &UnitOfWork, user: StaffUserId) -> Result<Option<staff_user::Model>, DbErr> {
    staff_user::Entity::find_by_id(user)
        .filter(staff_user::Column::Status.eq(staff_user::Status::Active))
        .one(unit.db())
        .await
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

/// Refuses when nobody is left who can do everything, though somebody was. Who has not accepted their invitation yet
/// does not count: they may never do.
async fn check_owner_stays(unit: &UnitOfWork, before: &Roster, after: &Roster, path: &str) -> Result<(), WriteError> {
    let (were, are) = (before.owners(), after.owners());
    let able = identities::staff_with_log_in(unit, &[were.clone(), are.clone()].concat()).await?;
    let some = |owners: &[StaffUserId]| owners.iter().any(|owner| able.contains(owner));
    if some(&are) || !some(&were) {
        return Ok(());
    }
    Err(UserError::new(
        ErrorCode::LastAdmin,
        path,
        "Nobody would be left who can do everything. Make another staff user owner first, who logs in.",
    )
    .into())
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
