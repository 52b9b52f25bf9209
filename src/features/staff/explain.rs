//! `permissionExplain`: why somebody may do something, or may not.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use entity::{
    id::{
        AddressId, ApiKeyId, ChannelId, CustomerGroupId, CustomerGroupMemberId, CustomerId, MailId, OrderLinkId,
        OrganizationId, OrganizationMemberId, OrganizationUnitId, PrefixedId, RoleId, SessionId, StaffUserId,
    },
    staff_user::Status,
};

use super::{loader::StaffUserById, sources::Sources};
use crate::{
    auth::{Permission, guard},
    features::{
        order::OrderLinkById,
        role::{AllRoles, Role, RoleById, RolesOfStaffUser},
    },
    graphql::{ContextExt, Id, bad_input},
};

/// How much of what allows something is shown.
const SOURCES: usize = 200;

/// The query of this file.
#[derive(Debug, Default)]
pub struct PermissionExplainQuery;

/// From where a permission comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PermissionSourceKind {
    /// It was granted directly.
    Direct,
    /// A role allows it itself.
    Role,
    /// A role inherits it from another.
    Ancestor,
}

/// Something that allows what is asked about.
#[derive(Debug, SimpleObject)]
#[graphql(visible = "guard::shows::staff_read")]
pub struct PermissionSource {
    /// From where it comes.
    kind: PermissionSourceKind,
    /// The role that the staff user has; null for what was granted directly.
    role: Option<Role>,
    /// The role from which that one inherits it.
    inherited_from: Option<Role>,
    /// The channel within which alone it counts; null when it counts everywhere.
    channel_id: Option<ID>,
}

/// Whether a staff user may do something, and why.
#[derive(Debug, SimpleObject)]
#[graphql(visible = "guard::shows::staff_read")]
pub struct PermissionExplanation {
    /// Whether they may.
    is_allowed: bool,
    /// Why, in sentences for people.
    reasons: Vec<String>,
    /// What allows it, whether or not it decides; the first 200 of it.
    sources: Vec<PermissionSource>,
}

/// The resource of each kind of object, and the rule by which its rows exist for staff.
const RULES: &[(&str, &str, &str)] = &[
    (
        CustomerId::PREFIX,
        "customers",
        "Customers exist for whoever has customers:read, all of them.",
    ),
    (
        AddressId::PREFIX,
        "addresses",
        "Addresses exist for whoever has addresses:read, all of them.",
    ),
    (
        CustomerGroupId::PREFIX,
        "groups",
        "Groups exist for whoever has groups:read, all of them.",
    ),
    (
        CustomerGroupMemberId::PREFIX,
        "groups",
        "Memberships exist for whoever has groups:read, all of them.",
    ),
    (
        OrganizationId::PREFIX,
        "organizations",
        "Organizations exist for whoever has organizations:read, all of them.",
    ),
    (
        OrganizationUnitId::PREFIX,
        "organizations",
        "Units exist for whoever has organizations:read, all of them.",
    ),
    (
        OrganizationMemberId::PREFIX,
        "organizations",
        "Members exist for whoever has organizations:read, all of them.",
    ),
    (
        OrderLinkId::PREFIX,
        "orders",
        "Order links exist for whoever has orders:read: all of them, or those of a channel within which it counts.",
    ),
    (
        ChannelId::PREFIX,
        "orders",
        "Channels exist for whoever has orders:read: all of them, or those within which it counts.",
    ),
    (
        MailId::PREFIX,
        "mails",
        "Mail exists for whoever has mails:read, all of it.",
    ),
    (
        SessionId::PREFIX,
        "sessions",
        "Sessions exist for whoever has sessions:read, all of them.",
    ),
    (
        StaffUserId::PREFIX,
        "staff",
        "Staff users exist for whoever has staff:read, and everybody exists for themselves.",
    ),
    (
        RoleId::PREFIX,
        "staff",
        "Roles exist for whoever has staff:read, all of them.",
    ),
    (
        ApiKeyId::PREFIX,
        "api_keys",
        "API keys exist for whoever has api_keys:read, all of them.",
    ),
];

#[Object]
impl PermissionExplainQuery {
    /// Whether a staff user may do something, which grant or role allows it, and which rule decides about an object;
    /// null when there is no such staff user. Requires `staff:read`.
    #[graphql(
        guard = "guard::staff_read",
        visible = "guard::shows::staff_read",
        tag = "admin",
        requires_scopes = "staff:read"
    )]
    async fn permission_explain(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The staff user.")] actor_id: Id<StaffUserId>,
        #[graphql(desc = "What they would do, as `resource:action`.")] action: String,
        #[graphql(desc = "To which object; to any without it.")] object_id: Option<ID>,
    ) -> Result<Option<PermissionExplanation>> {
        let permission = Permission::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == action.trim())
            .ok_or_else(|| bad_input("There is no such permission. The query permissions lists them.", None))?;
        let object = object_id.map(|id| Asked::read(&id)).transpose()?;
        let Some(user) = ctx.load::<StaffUserById>(actor_id.0).await? else {
            return Ok(None);
        };
        let assigned = ctx.load::<RolesOfStaffUser>(user.id).await?.unwrap_or_default();
        let book = ctx.load::<AllRoles>(()).await?.unwrap_or_default();
        let found = Sources::of(&user, &assigned, &book, permission);
        let mut reasons = Vec::new();
        let mut is_allowed = found.is_everywhere();
        reasons.push(if is_allowed {
            format!("{permission} counts everywhere.", permission = permission.as_str())
        } else if found.entries.is_empty() {
            format!("Neither a direct grant nor a role allows {}.", permission.as_str())
        } else {
            format!("{} counts within channels alone.", permission.as_str())
        });
        if let Some(object) = object {
            let (resource, rule) = object.rule;
            reasons.push(rule.to_owned());
            if !permission.as_str().starts_with(&format!("{resource}:")) {
                is_allowed = false;
                reasons.push(format!(
                    "This object is a matter of {resource}, which {} does not touch.",
                    permission.as_str()
                ));
            }
            if !is_allowed && permission == Permission::OrdersRead {
                let channel = match object.order {
                    Some(order) => ctx.load::<OrderLinkById>(order).await?.and_then(|row| row.channel_id),
                    None => object.channel,
                };
                is_allowed = channel.is_some_and(|channel| found.channels().contains(&channel));
                reasons.push(if is_allowed {
                    "The object belongs to a channel within which it counts.".to_owned()
                } else {
                    "The object belongs to no channel within which it counts.".to_owned()
                });
            }
        }
        if user.status != Status::Active {
            is_allowed = false;
            reasons.push("The staff user is disabled, and may do nothing.".to_owned());
        }
        if permission != Permission::OrdersRead && !found.is_everywhere() && !found.entries.is_empty() {
            reasons.push("Within a channel nothing is allowed but to see its order links.".to_owned());
        }
        let ids = found.roles(SOURCES);
        let rows = ctx.load_many::<RoleById>(ids.clone()).await?;
        let roles: HashMap<RoleId, Role> = ids
            .into_iter()
            .zip(rows)
            .filter_map(|(id, row)| Some((id, Role(row?))))
            .collect();
        let shown = |id: Option<RoleId>| id.and_then(|id| roles.get(&id).cloned());
        let mut sources = Vec::with_capacity(found.entries.len().min(SOURCES));
        for entry in found.entries.iter().take(SOURCES) {
            let (role, inherited_from) = (shown(entry.role), shown(entry.inherited_from));
            sources.push(PermissionSource {
                kind: match (&role, &inherited_from) {
                    (None, _) => PermissionSourceKind::Direct,
                    (Some(_), None) => PermissionSourceKind::Role,
                    (Some(_), Some(_)) => PermissionSourceKind::Ancestor,
                },
                role,
                inherited_from,
                channel_id: entry.channel.map(|channel| channel.to_string().into()),
            });
        }
        Ok(Some(PermissionExplanation {
            is_allowed,
            reasons,
            sources,
        }))
    }
}

/// An object of some kind.
struct Asked {
    rule: (&'static str, &'static str),
    order: Option<OrderLinkId>,
    channel: Option<ChannelId>,
}

impl Asked {
    fn read(id: &str) -> Result<Self> {
        let unknown = || bad_input("This is not the id of an object that permissions are about.", None);
        let (prefix, rest) = id.split_once('_').ok_or_else(unknown)?;
        let (_, resource, rule) = RULES.iter().find(|(known, ..)| *known == prefix).ok_or_else(unknown)?;
        entity::id::decode(rest).ok_or_else(unknown)?;
        Ok(Self {
            rule: (resource, rule),
            order: OrderLinkId::parse(id).ok(),
            channel: ChannelId::parse(id).ok(),
        })
    }
}
