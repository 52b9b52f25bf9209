//! What roles and direct grants make of a staff user: which permissions, where, and which fields stay hidden.
//!
//! A role allows what it lists and what the roles allow from which it inherits, and hides what any of these hides. A
//! staff user may do what their direct grants and the roles that count everywhere allow together; what *every* one of
//! their roles hides is hidden from them.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::{
    id::{ChannelId, PrefixedId, RoleId, StaffUserId, VendorId},
    role,
    role_assignment::{self, ScopeKind},
    role_parent,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, entity::prelude::Json};

use super::{Permission, Permissions};

/// The fields that are hidden, as `Type.field`.
pub type FieldMasks = BTreeSet<String>;

/// Where a role counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere.
    Everywhere,
    /// For what belongs to one channel.
    Channel(ChannelId),
    /// For what belongs to one vendor.
    Vendor(VendorId),
}

impl Scope {
    /// The scope of an assignment.
    #[must_use]
    pub fn of(row: &role_assignment::Model) -> Self {
        match (row.scope_kind, row.scope_id) {
            (ScopeKind::Channel, Some(channel)) => Self::Channel(ChannelId(channel)),
            (ScopeKind::Vendor, Some(vendor)) => Self::Vendor(VendorId(vendor)),
            _ => Self::Everywhere,
        }
    }
}

/// A role, as far as it allows and hides.
#[derive(Clone, Debug)]
pub struct RoleFacts {
    /// Its name.
    pub name: String,
    /// What it lists itself.
    pub permissions: Permissions,
    /// What it hides itself.
    pub masks: FieldMasks,
    /// Whether whoever has only such roles is held to lower limits.
    pub is_bounded: bool,
    /// From which roles it inherits.
    pub parents: Vec<RoleId>,
}

/// All roles; there are never many.
#[derive(Clone, Debug, Default)]
pub struct RoleBook(HashMap<RoleId, RoleFacts>);

impl RoleBook {
    /// Reads all roles, in two statements.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn read<C: ConnectionTrait>(db: &C) -> Result<Self, DbErr> {
        let roles = role::Entity::find().all(db).await?;
        let mut parents: HashMap<RoleId, Vec<RoleId>> = HashMap::new();
        for row in role_parent::Entity::find()
            .order_by_asc(role_parent::Column::ParentId)
            .all(db)
            .await?
        {
            parents.entry(row.role_id).or_default().push(row.parent_id);
        }
        let facts = |row: role::Model| {
            let facts = RoleFacts {
                permissions: Permissions::stored(&row.permissions),
                masks: masks(&row.field_masks),
                is_bounded: row.is_bounded,
                parents: parents.get(&row.id).cloned().unwrap_or_default(),
                name: row.name,
            };
            (row.id, facts)
        };
        Ok(Self(roles.into_iter().map(facts).collect()))
    }

    /// What is known about a role.
    #[must_use]
    pub fn get(&self, role: RoleId) -> Option<&RoleFacts> {
        self.0.get(&role)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes what a role shall be.
    pub fn put(&mut self, role: RoleId, facts: RoleFacts) {
        self.0.insert(role, facts);
    }

    /// Whether any role inherits from this one.
    #[must_use]
    pub fn has_children(&self, role: RoleId) -> bool {
        self.0.values().any(|facts| facts.parents.contains(&role))
    }

    /// The role and all from which it inherits, nearest first; each once.
    #[must_use]
    pub fn lineage(&self, role: RoleId) -> Vec<RoleId> {
        let mut found = vec![role];
        let mut seen = HashSet::from([role]);
        let mut next = 0;
        while let Some(current) = found.get(next).copied() {
            next += 1;
            for parent in self.get(current).into_iter().flat_map(|facts| &facts.parents) {
                if seen.insert(*parent) {
                    found.push(*parent);
                }
            }
        }
        found
    }

    /// What a role allows with all from which it inherits.
    #[must_use]
    pub fn permissions(&self, role: RoleId) -> Permissions {
        self.family(role)
            .fold(Permissions::default(), |all, facts| all.union(facts.permissions))
    }

    /// What a role hides with all from which it inherits.
    #[must_use]
    pub fn masks(&self, role: RoleId) -> FieldMasks {
        self.family(role)
            .flat_map(|facts| facts.masks.iter().cloned())
            .collect()
    }

    fn family(&self, role: RoleId) -> impl Iterator<Item = &RoleFacts> {
        self.lineage(role).into_iter().filter_map(|role| self.get(role))
    }

    /// What these assignments and direct grants make of somebody.
    #[must_use]
    pub fn standing(&self, direct: Permissions, assigned: &[(RoleId, Scope)]) -> Standing {
        let everywhere: Vec<RoleId> = assigned
            .iter()
            .filter(|(_, scope)| *scope == Scope::Everywhere)
            .map(|(role, _)| *role)
            .collect();
        let mut channels: Vec<(ChannelId, Permissions)> = Vec::new();
        for (role, scope) in assigned {
            if let Scope::Channel(channel) = scope {
                channels.push((*channel, self.permissions(*role)));
            }
        }
        // What counts within a scope alone shows nothing more outside of it.
        let showing: Vec<RoleId> = if everywhere.is_empty() {
            assigned.iter().map(|(role, _)| *role).collect()
        } else {
            everywhere.clone()
        };
        let mut hidden = showing.iter().map(|role| self.masks(*role));
        let first = hidden.next().unwrap_or_default();
        let masks = hidden.fold(first, |common, masks| common.intersection(&masks).cloned().collect());
        let mut roles: Vec<RoleId> = everywhere.iter().flat_map(|role| self.lineage(*role)).collect();
        roles.sort_unstable();
        roles.dedup();
        Standing {
            permissions: everywhere
                .iter()
                .fold(direct, |all, role| all.union(self.permissions(*role))),
            is_bounded: direct.is_empty()
                && !assigned.is_empty()
                && assigned
                    .iter()
                    .all(|(role, _)| self.get(*role).is_some_and(|facts| facts.is_bounded)),
            reach: Reach { channels, masks, roles },
        }
    }
}

/// What somebody may do all in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What they may do everywhere.
    pub permissions: Permissions,
    /// Whether they are held to lower limits.
    pub is_bounded: bool,
    /// What goes beyond permissions.
    pub reach: Reach,
}

impl Standing {
    /// What they may do at all, be it within one channel alone.
    #[must_use]
    pub fn everything(&self) -> Permissions {
        let within = self.reach.channels.iter().map(|(_, permissions)| *permissions);
        within.fold(self.permissions, Permissions::union)
    }
}

/// What goes beyond the permissions that count everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// What may be done within channels.
    pub channels: Vec<(ChannelId, Permissions)>,
    /// What stays hidden.
    pub masks: FieldMasks,
    /// The roles that count everywhere, with all from which these inherit.
    pub roles: Vec<RoleId>,
}

impl Reach {
    /// The channels within which something may be done.
    #[must_use]
    pub fn channels_for(&self, permission: Permission) -> Vec<ChannelId> {
        self.channels
            .iter()
            .filter(|(_, permissions)| permissions.contains(permission))
            .map(|(channel, _)| *channel)
            .collect()
    }
}

/// The same fact under another name: who hides the first hides the second.
const SAME: &[(&str, &str)] = &[
    ("Customer.email", "Mail.recipient"),
    ("Customer.email", "OrderLink.email"),
    ("Customer.hasAccount", "OrderLink.isGuestOrder"),
    ("Customer.type", "OrderLink.isGuestOrder"),
    ("OrderLink.customer", "OrderLink.isGuestOrder"),
    ("OrderLine.sku", "OrderLink.sku"),
    ("OrderLink.lines", "OrderLink.sku"),
    ("Customer.phoneE164", "Customer.phone"),
    ("Address.phoneE164", "Address.phone"),
    ("Address.provinceCode", "Address.province"),
];

/// What a name ends with that tells the same fact as the name without it.
const ENDS: &[&str] = &["E164", "Id", "LinkId", "CustomerId", "Handle", "Code"];

/// Whether a field is hidden, or an argument or input by which it would be asked for. Who hides a phone number hides it
/// in its other form as well, and who hides a customer hides their id, and whether there is one.
#[must_use]
pub fn hides(masks: &FieldMasks, object: &str, field: &str) -> bool {
    let hidden = |field: &str| masks.contains(&format!("{object}.{field}"));
    let begun = field.strip_prefix("has").and_then(|rest| rest.split_at_checked(1));
    hidden(field)
        || ENDS.iter().any(|end| field.strip_suffix(end).is_some_and(hidden))
        || begun.is_some_and(|(first, rest)| hidden(&format!("{}{rest}", first.to_ascii_lowercase())))
        || SAME.iter().any(|(first, second)| {
            masks.contains(*first) && second.split_once('.').is_some_and(|same| same == (object, field))
        })
}

/// A list of fields as a table holds it.
#[must_use]
pub fn masks(json: &Json) -> FieldMasks {
    json.as_array()
        .into_iter()
        .flatten()
        .filter_map(|mask| mask.as_str().map(str::to_owned))
        .collect()
}

/// The roles that staff users have, and where: one statement.
///
/// # Errors
/// What the database answers.
pub async fn assignments<C: ConnectionTrait>(
    db: &C,
    users: &[StaffUserId],
) -> Result<HashMap<StaffUserId, Vec<role_assignment::Model>>, DbErr> {
    let mut found: HashMap<StaffUserId, Vec<role_assignment::Model>> = HashMap::new();
    for chunk in users.chunks(1_000) {
        let rows = role_assignment::Entity::find()
            .filter(role_assignment::Column::StaffUserId.is_in(chunk.iter().map(|user| user.uuid())))
            .order_by_asc(role_assignment::Column::Id)
            .all(db)
            .await?;
        for row in rows {
            found.entry(row.staff_user_id).or_default().push(row);
        }
    }
    Ok(found)
}

/// What staff users may do, each with their direct grants: one statement for those who have no roles, else three.
///
/// # Errors
/// What the database answers.
pub async fn standings<C: ConnectionTrait>(
    db: &C,
    users: &[(StaffUserId, Permissions)],
) -> Result<HashMap<StaffUserId, Standing>, DbErr> {
    let ids: Vec<StaffUserId> = users.iter().map(|(user, _)| *user).collect();
    let assigned = assignments(db, &ids).await?;
    let book = if assigned.is_empty() {
        RoleBook::default()
    } else {
        RoleBook::read(db).await?
    };
    Ok(users
        .iter()
        .map(|(user, direct)| {
            let roles: Vec<(RoleId, Scope)> = assigned
                .get(user)
                .into_iter()
                .flatten()
                .map(|row| (row.role_id, Scope::of(row)))
                .collect();
            (*user, book.standing(*direct, &roles))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use sea_orm::entity::prelude::Uuid;

    use super::*;

    fn id(number: u128) -> RoleId {
        RoleId(Uuid::from_u128(number))
    }

    fn book(roles: &[(u128, &str, &[&str], &[u128])]) -> RoleBook {
        let facts = roles.iter().map(|(number, permissions, masks, parents)| {
            let facts = RoleFacts {
                name: number.to_string(),
                permissions: permissions.parse().unwrap(),
                masks: masks.iter().map(|mask| (*mask).to_owned()).collect(),
                is_bounded: false,
                parents: parents.iter().map(|parent| id(*parent)).collect(),
            };
            (id(*number), facts)
        });
        RoleBook(facts.collect())
    }

    #[test]
    fn a_role_allows_and_hides_what_its_ancestors_do_even_in_a_circle() {
        let book = book(&[
            (1, "customers:read", &["Customer.phone"], &[2]),
            (2, "orders:read", &[], &[3]),
            (3, "groups:read", &["Customer.email"], &[1]),
        ]);
        assert_eq!(
            book.permissions(id(1)).to_string(),
            "customers:read, groups:read, orders:read"
        );
        assert_eq!(book.masks(id(1)).len(), 2);
        assert_eq!(book.lineage(id(1)), [id(1), id(2), id(3)]);
        let standing = book.standing(
            Permissions::default(),
            &[(id(2), Scope::Everywhere), (id(1), Scope::Everywhere)],
        );
        assert_eq!(standing.reach.roles, [id(1), id(2), id(3)], "each once");
    }

    #[test]
    fn what_one_role_shows_is_shown() {
        let book = book(&[
            (1, "customers:read", &["Customer.phone", "Customer.email"], &[]),
            (2, "orders:read", &["Customer.phone"], &[]),
            (3, "groups:read", &[], &[]),
        ]);
        let masks = |roles: &[u128]| {
            let assigned: Vec<_> = roles.iter().map(|role| (id(*role), Scope::Everywhere)).collect();
            book.standing(Permissions::default(), &assigned).reach.masks
        };
        assert_eq!(masks(&[1, 2]).into_iter().collect::<Vec<_>>(), ["Customer.phone"]);
        assert!(masks(&[1, 2, 3]).is_empty());
    }

    #[test]
    fn a_role_within_a_channel_allows_nothing_outside() {
        let book = book(&[(1, "*", &[], &[])]);
        let channel = ChannelId(Uuid::from_u128(7));
        let standing = book.standing(Permissions::default(), &[(id(1), Scope::Channel(channel))]);
        assert!(standing.permissions.is_empty() && standing.reach.roles.is_empty());
        assert_eq!(standing.reach.channels_for(Permission::OrdersRead), [channel]);
    }
}
