//! Everybody's grants and all roles at the moment of a change: what everybody may do follows from them.

use std::collections::BTreeMap;

use entity::{
    id::{RoleId, StaffUserId},
    role_assignment,
    staff_user::{Column, Entity, Status},
};
use sea_orm::{DbErr, EntityTrait, QueryOrder, QuerySelect, entity::prelude::Json};

use crate::{
    auth::{
        Permissions,
        grants::{RoleBook, Scope, Standing},
    },
    work::UnitOfWork,
};

/// A staff user, as far as it is about what they may do.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// Whether they may log in.
    pub is_active: bool,
    /// What was granted to them directly.
    pub direct: Permissions,
    /// The roles that they have, and where.
    pub roles: Vec<role_assignment::Model>,
}

/// All staff users and all roles. A change is made in a copy first, and the copy is compared with the original: see
/// [`super::authority::Authority::check_change`].
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// All roles.
    pub book: RoleBook,
    /// All staff users, also those who are disabled: they may be let in again.
    pub members: BTreeMap<StaffUserId, Member>,
}

impl Roster {
    /// Reads all of it, in four statements.
    ///
    /// # Errors
    /// Faults.
    pub async fn read(unit: &UnitOfWork) -> Result<Self, DbErr> {
        let staff: Vec<(StaffUserId, Json, Status)> = Entity::find()
            .select_only()
            .column(Column::Id)
            .column(Column::Permissions)
            .column(Column::Status)
            .into_tuple()
            .all(unit.db())
            .await?;
        let member = |(user, direct, status): (StaffUserId, Json, Status)| {
            let member = Member {
                is_active: status == Status::Active,
                direct: Permissions::stored(&direct),
                roles: Vec::new(),
            };
            (user, member)
        };
        let mut members: BTreeMap<StaffUserId, Member> = staff.into_iter().map(member).collect();
        let assigned = role_assignment::Entity::find()
            .order_by_asc(role_assignment::Column::Id)
            .all(unit.db())
            .await?;
        for row in assigned {
            if let Some(member) = members.get_mut(&row.staff_user_id) {
                member.roles.push(row);
            }
        }
        Ok(Self {
            book: RoleBook::read(unit.db()).await?,
            members,
        })
    }

    /// What a staff user may do, or might if they were not disabled; nothing for one whom we do not know.
    #[must_use]
    pub fn standing(&self, user: StaffUserId) -> Standing {
        let Some(member) = self.members.get(&user) else {
            return Standing::default();
        };
        let roles: Vec<(RoleId, Scope)> = member.roles.iter().map(|row| (row.role_id, Scope::of(row))).collect();
        self.book.standing(member.direct, &roles)
    }

    /// Whether a staff user has this role, or another role inherits from it.
    #[must_use]
    pub fn has_use_for(&self, role: RoleId) -> bool {
        let mut assigned = self.members.values().flat_map(|member| &member.roles);
        assigned.any(|row| row.role_id == role) || self.book.has_children(role)
    }

    /// Those who can do everything: they may, nothing is hidden from them, and they are not disabled.
    #[must_use]
    pub fn owners(&self) -> Vec<StaffUserId> {
        let is_owner = |user: &StaffUserId| {
            let standing = self.standing(*user);
            standing.permissions == Permissions::all() && standing.reach.masks.is_empty()
        };
        let active = self.members.iter().filter(|(_, member)| member.is_active);
        active.map(|(user, _)| *user).filter(is_owner).collect()
    }
}
