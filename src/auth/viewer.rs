//! Who is asking.

use std::sync::Arc;

use entity::id::{
    ApiKeyId, AuthIdentityId, ChannelId, CustomerId, PrefixedId, RoleId, SessionId, StaffUserId, WebhookEndpointId,
};
use sea_orm::entity::prelude::Uuid;

use super::{
    Permission, Permissions,
    grants::{FieldMasks, Reach},
};

/// What a staff user may change who acts as a customer: what customer service does for somebody on the telephone. How
/// the customer logs in is not among it.
const WHILE_IMPERSONATING: &[&str] = &[
    "profileUpdate",
    "addressCreate",
    "addressUpdate",
    "addressDelete",
    "addressSetDefault",
    "addressBulkCreate",
    "addressBulkUpdate",
    "addressBulkDelete",
    "sessionEnd",
    "impersonationEnd",
];

/// What may be done even where nothing may be written.
const ALWAYS: &[&str] = &["sessionEnd", "impersonationEnd"];

/// A staff user who acts as a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impersonator {
    /// Who.
    pub staff_user: StaffUserId,
    /// Whether they may only look.
    pub is_read_only: bool,
}

/// Who is asking.
///
/// Store scope is one customer and nothing else; admin scope is a set of permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody we know.
    Anonymous,
    /// A customer, logged in at a storefront.
    Store {
        /// The customer.
        customer: CustomerId,
        /// Who logged in.
        identity: AuthIdentityId,
        /// The session of the token.
        session: SessionId,
        /// The staff user who acts as the customer, if it is not the customer.
        impersonator: Option<Impersonator>,
    },
    /// A staff user.
    Staff {
        /// The staff user.
        user: StaffUserId,
        /// Who logged in.
        identity: AuthIdentityId,
        /// The session of the token.
        session: SessionId,
        /// What they may do everywhere.
        permissions: Permissions,
        /// Whether they are held to lower limits.
        is_bounded: bool,
        /// What they may do within channels, and what stays hidden from them.
        reach: Arc<Reach>,
    },
    /// A back-office system.
    ApiKey {
        /// The key.
        key: ApiKeyId,
        /// What it may do.
        permissions: Permissions,
    },
    /// Somebody who is told of events, as far as the answer to their query goes; it never writes.
    Webhook {
        /// Who is told.
        endpoint: WebhookEndpointId,
        /// What the query may see.
        permissions: Permissions,
    },
    /// The service itself, on behalf of whoever runs its commands on the machine.
    System,
}

impl Viewer {
    /// May this viewer do it? Never for the store, which is no matter of permissions.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Self::Anonymous | Self::Store { .. } => false,
            Self::Staff { permissions, .. } | Self::ApiKey { permissions, .. } | Self::Webhook { permissions, .. } => {
                permissions.contains(permission)
            }
            Self::System => true,
        }
    }

    /// May this viewer do it at least within one channel? Order links are the one thing that belongs to channels, and
    /// seeing them the one thing that can be allowed for one of them: which, says the floor.
    #[must_use]
    pub fn may_somewhere(&self, permission: Permission) -> bool {
        self.may(permission) || (permission == Permission::OrdersRead && !self.channels_for(permission).is_empty())
    }

    /// The channels within which the viewer may do it, beside those who may do it everywhere.
    #[must_use]
    pub fn channels_for(&self, permission: Permission) -> Vec<ChannelId> {
        match self {
            Self::Staff { reach, .. } => reach.channels_for(permission),
            _ => Vec::new(),
        }
    }

    /// The fields that stay hidden from the viewer, as `Type.field`; `None` for nearly everybody.
    #[must_use]
    pub fn masks(&self) -> Option<&FieldMasks> {
        match self {
            Self::Staff { reach, .. } if !reach.masks.is_empty() => Some(&reach.masks),
            _ => None,
        }
    }

    /// Whether the viewer is held to lower limits.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        matches!(self, Self::Staff { is_bounded: true, .. } | Self::Webhook { .. })
    }

    /// The staff user who acts as the customer.
    #[must_use]
    pub fn impersonator(&self) -> Option<Impersonator> {
        match self {
            Self::Store { impersonator, .. } => *impersonator,
            _ => None,
        }
    }

    /// Whether somebody who acts as another may run this mutation; everybody else may, as far as this is concerned, but
    /// for those who are told of events.
    #[must_use]
    pub fn may_run(&self, mutation: &str) -> bool {
        if matches!(self, Self::Webhook { .. }) {
            return false;
        }
        match self.impersonator() {
            None => true,
            Some(Impersonator { is_read_only: true, .. }) => ALWAYS.contains(&mutation),
            Some(_) => WHILE_IMPERSONATING.contains(&mutation),
        }
    }

    /// The permissions of admin scope; empty for others.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        match self {
            Self::Anonymous | Self::Store { .. } => Permissions::default(),
            Self::Staff { permissions, .. } | Self::ApiKey { permissions, .. } | Self::Webhook { permissions, .. } => {
                *permissions
            }
            Self::System => Permissions::all(),
        }
    }

    /// Whether the viewer is in admin scope.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        matches!(
            self,
            Self::Staff { .. } | Self::ApiKey { .. } | Self::Webhook { .. } | Self::System
        )
    }

    /// The customer in store scope.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        match self {
            Self::Store { customer, .. } => Some(*customer),
            _ => None,
        }
    }

    /// The roles that a staff user has everywhere, with all from which these inherit.
    #[must_use]
    pub fn roles(&self) -> &[RoleId] {
        match self {
            Self::Staff { reach, .. } => &reach.roles,
            _ => &[],
        }
    }

    /// The staff user.
    #[must_use]
    pub fn staff_user(&self) -> Option<StaffUserId> {
        match self {
            Self::Staff { user, .. } => Some(*user),
            _ => None,
        }
    }

    /// Who logged in and in which session, for customers and staff users.
    #[must_use]
    pub fn session(&self) -> Option<(AuthIdentityId, SessionId)> {
        match self {
            Self::Store { identity, session, .. } | Self::Staff { identity, session, .. } => {
                Some((*identity, *session))
            }
            Self::Anonymous | Self::ApiKey { .. } | Self::Webhook { .. } | Self::System => None,
        }
    }

    /// The kind and the id, as timeline and outbox name the actor.
    #[must_use]
    pub fn actor(&self) -> (&'static str, Option<Uuid>) {
        match self {
            Self::Anonymous => ("ANONYMOUS", None),
            Self::Store { customer, .. } => ("CUSTOMER", Some(customer.uuid())),
            Self::Staff { user, .. } => ("STAFF", Some(user.uuid())),
            Self::ApiKey { key, .. } => ("API_KEY", Some(key.uuid())),
            Self::Webhook { endpoint, .. } => ("WEBHOOK", Some(endpoint.uuid())),
            Self::System => ("SYSTEM", None),
        }
    }

    /// The kind alone, for logs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.actor().0
    }

    /// The owner of idempotency keys: keys of one actor mean nothing to another.
    #[must_use]
    pub fn idempotency_actor(&self) -> String {
        let (kind, id) = self.actor();
        let id = id.unwrap_or_default().simple();
        match self.impersonator() {
            Some(impersonator) => format!("{kind}:{id}:{}", impersonator.staff_user),
            None => format!("{kind}:{id}"),
        }
    }
}

/// The id of an actor as the schema shows it, by the kind and the stored bits that timeline, outbox and jobs hold.
#[must_use]
pub fn shown_actor(kind: &str, id: Option<Uuid>) -> Option<String> {
    let id = id?;
    match kind {
        "CUSTOMER" => Some(CustomerId(id).to_string()),
        "STAFF" => Some(StaffUserId(id).to_string()),
        "API_KEY" => Some(ApiKeyId(id).to_string()),
        _ => None,
    }
}
