//! Who is asking.

use entity::id::{ApiKeyId, AuthIdentityId, CustomerId, PrefixedId, SessionId, StaffUserId};
use sea_orm::entity::prelude::Uuid;

use super::{Permission, Permissions};

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
    },
    /// A staff user.
    Staff {
        /// The staff user.
        user: StaffUserId,
        /// Who logged in.
        identity: AuthIdentityId,
        /// The session of the token.
        session: SessionId,
        /// What they may do.
        permissions: Permissions,
    },
    /// A back-office system.
    ApiKey {
        /// The key.
        key: ApiKeyId,
        /// What it may do.
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
            Self::Staff { permissions, .. } | Self::ApiKey { permissions, .. } => permissions.contains(permission),
            Self::System => true,
        }
    }

    /// The permissions of admin scope; empty for others.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        match self {
            Self::Anonymous | Self::Store { .. } => Permissions::default(),
            Self::Staff { permissions, .. } | Self::ApiKey { permissions, .. } => *permissions,
            Self::System => Permissions::all(),
        }
    }

    /// Whether the viewer is in admin scope.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        matches!(self, Self::Staff { .. } | Self::ApiKey { .. } | Self::System)
    }

    /// The customer in store scope.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        match self {
            Self::Store { customer, .. } => Some(*customer),
            _ => None,
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
            Self::Anonymous | Self::ApiKey { .. } | Self::System => None,
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
        format!("{kind}:{}", id.unwrap_or_default().simple())
    }
}
