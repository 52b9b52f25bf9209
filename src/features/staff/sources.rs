//! Where a permission of a staff user comes from.

use entity::{
    id::{ChannelId, RoleId},
    staff_user::Model,
};
use sea_orm::DbErr;

use crate::{
    auth::{
        Permission, Permissions,
        grants::{self, RoleBook, Scope},
    },
    work::Call,
};

/// Something that allows it.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The role that the staff user has; none for a direct grant.
    pub role: Option<RoleId>,
    /// The role from which that one inherits it.
    pub inherited_from: Option<RoleId>,
    /// The channel within which alone it counts.
    pub channel: Option<ChannelId>,
}

/// Everything that allows it.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// In the order in which it was given, direct grants first.
    pub entries: Vec<Source>,
}

impl Sources {
    /// Looks for what allows a staff user something. That the viewer may see the staff user was checked before.
    ///
    /// # Errors
    /// Faults.
    pub async fn of(call: &Call, user: &Model, permission: Permission) -> Result<Self, DbErr> {
        let mut entries = Vec::new();
        if Permissions::stored(&user.permissions).contains(permission) {
            entries.push(Source {
                role: None,
                inherited_from: None,
                channel: None,
            });
        }
        let assigned = grants::assignments(call.db(), &[user.id]).await?;
        let book = RoleBook::read(call.db()).await?;
        for row in assigned.get(&user.id).into_iter().flatten() {
            let channel = match Scope::of(row) {
                Scope::Everywhere => None,
                Scope::Channel(channel) => Some(channel),
                Scope::Vendor(_) => continue,
            };
            for ancestor in book.lineage(row.role_id) {
                if book
                    .get(ancestor)
                    .is_some_and(|facts| facts.permissions.contains(permission))
                {
                    entries.push(Source {
                        role: Some(row.role_id),
                        inherited_from: (ancestor != row.role_id).then_some(ancestor),
                        channel,
                    });
                }
            }
        }
        Ok(Self { entries })
    }

    /// Whether it counts everywhere.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        self.entries.iter().any(|entry| entry.channel.is_none())
    }

    /// The channels within which it counts.
    #[must_use]
    pub fn channels(&self) -> Vec<ChannelId> {
        self.entries.iter().filter_map(|entry| entry.channel).collect()
    }
}
