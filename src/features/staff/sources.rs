//! Where a permission of a staff user comes from.

use std::{collections::BTreeSet, sync::Arc};

use entity::{
    id::{ChannelId, RoleId},
    role_assignment,
    staff_user::Model,
};

use crate::auth::{
    Permission, Permissions,
    grants::{RoleBook, Scope},
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
    /// Looks for what allows a staff user something, who has these roles.
    #[must_use]
    pub fn of(user: &Model, assigned: &[Arc<role_assignment::Model>], book: &RoleBook, permission: Permission) -> Self {
        let mut entries = Vec::new();
        if Permissions::stored(&user.permissions).contains(permission) {
            entries.push(Source {
                role: None,
                inherited_from: None,
                channel: None,
            });
        }
        for row in assigned {
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
        Self { entries }
    }

    /// The roles of the first so many.
    #[must_use]
    pub fn roles(&self, most: usize) -> Vec<RoleId> {
        let entries = self.entries.iter().take(most);
        let roles: BTreeSet<RoleId> = entries
            .flat_map(|entry| [entry.role, entry.inherited_from])
            .flatten()
            .collect();
        roles.into_iter().collect()
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
