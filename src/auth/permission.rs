//! What staff users and API keys may do: `resource:action`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// One thing that may be allowed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Permission {
            $($(#[$doc])* $name,)*
        }

        impl Permission {
            /// Every permission there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The form `resource:action`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

permissions! {
    /// See customers, their metadata and lists of them.
    CustomersRead = "customers:read";
    /// Create and change customers.
    CustomersWrite = "customers:write";
    /// Delete customers for good.
    CustomersDelete = "customers:delete";
    /// See addresses.
    AddressesRead = "addresses:read";
    /// Create, change and delete addresses.
    AddressesWrite = "addresses:write";
    /// See customer groups and who is in them.
    GroupsRead = "groups:read";
    /// Create, change and delete groups and memberships.
    GroupsWrite = "groups:write";
    /// See organizations and their members.
    OrganizationsRead = "organizations:read";
    /// Create, change and delete organizations and memberships.
    OrganizationsWrite = "organizations:write";
    /// See order links.
    OrdersRead = "orders:read";
    /// Create and change order links.
    OrdersWrite = "orders:write";
    /// See mail to customers and what became of it.
    MailsRead = "mails:read";
    /// See where customers are logged in, and how they log in.
    SessionsRead = "sessions:read";
    /// End the sessions of customers, send them a mail to reset their password.
    SessionsWrite = "sessions:write";
    /// See staff users and their roles.
    StaffRead = "staff:read";
    /// Create and change staff users and roles, and give roles.
    StaffWrite = "staff:write";
    /// See API keys, without their secrets.
    ApiKeysRead = "api_keys:read";
    /// Create, rotate and revoke API keys.
    ApiKeysWrite = "api_keys:write";
    /// Act as a customer: see all that the customer sees of themselves, the orders of every channel among it, and change
    /// their profile and addresses, without any other permission. Not for those from whom a role hides fields.
    ImpersonationStart = "impersonation:start";
    /// See the timelines of customers and other objects: who changed what, from what to what.
    TimelineRead = "timeline:read";
    /// See notes about customers.
    NotesRead = "notes:read";
    /// Write, change and delete notes about customers.
    NotesWrite = "notes:write";
    /// See contacts with customers, such as calls and chats.
    InteractionsRead = "interactions:read";
    /// Record contacts with customers.
    InteractionsWrite = "interactions:write";
    /// Read the feed of all changes.
    EventsRead = "events:read";
    /// See webhooks and what became of their deliveries, without their secrets.
    WebhooksRead = "webhooks:read";
    /// Create, change, test, replay and delete webhooks.
    WebhooksWrite = "webhooks:write";
    /// See hooks and workflows, without their secrets.
    HooksRead = "hooks:read";
    /// Create, change and delete hooks and workflows.
    HooksWrite = "hooks:write";
    /// See jobs and what became of them.
    JobsRead = "jobs:read";
    /// Cancel and retry jobs.
    JobsWrite = "jobs:write";
}

/// The text names no permission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown permission {0:?}; known are *, *:read, customers:* and so on, and {known}", known = Permission::ALL.iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(", "))]
pub struct UnknownPermission(pub String);

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Permissions(u64);

impl Permissions {
    /// Everything that may be allowed.
    #[must_use]
    pub fn all() -> Self {
        Permission::ALL
            .iter()
            .fold(Self::default(), |set, permission| set.with(*permission))
    }

    /// This set and one more.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | 1 << permission as u64)
    }

    /// What is in this set or the other.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Reads what a table holds. A name that this version does not know allows nothing.
    #[must_use]
    pub fn stored(json: &serde_json::Value) -> Self {
        json.as_array()
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_str)
            .filter_map(|name| Self::parse([name]).ok())
            .fold(Self::default(), Self::union)
    }

    /// Is it in the set?
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u64) != 0
    }

    /// Those in the set, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |permission| self.contains(*permission))
    }

    /// Reads names such as `customers:read`, `customers:*`, `*:read` and `*`.
    ///
    /// # Errors
    /// The first name that matches nothing.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownPermission> {
        let mut set = Self::default();
        for name in names {
            let (resource, action) = match name.trim().split_once(':') {
                Some(parts) => parts,
                None if name.trim() == "*" => ("*", "*"),
                None => return Err(UnknownPermission(name.to_owned())),
            };
            let before = set;
            for permission in Permission::ALL {
                let matches = permission
                    .as_str()
                    .split_once(':')
                    .is_some_and(|(known_resource, known_action)| {
                        (resource == "*" || resource == known_resource) && (action == "*" || action == known_action)
                    });
                if matches {
                    set = set.with(*permission);
                }
            }
            let nothing_new = set == before;
            let known_already = Permission::ALL
                .iter()
                .any(|permission| before.contains(*permission) && permission.as_str() == name.trim());
            if nothing_new && !known_already && !(resource == "*" || action == "*") {
                return Err(UnknownPermission(name.to_owned()));
            }
        }
        Ok(set)
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, permission) in self.iter().enumerate() {
            if position > 0 {
                formatter.write_str(", ")?;
            }
            formatter.write_str(permission.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for Permissions {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        Self::parse(text.split(',').filter(|name| !name.trim().is_empty()))
    }
}

impl From<Permissions> for Vec<String> {
    /// Everything is written `*`, so that it stays everything when there is more.
    fn from(set: Permissions) -> Self {
        if set == Permissions::all() {
            return vec!["*".to_owned()];
        }
        set.iter().map(|permission| permission.as_str().to_owned()).collect()
    }
}

impl TryFrom<Vec<String>> for Permissions {
    type Error = UnknownPermission;

    fn try_from(names: Vec<String>) -> Result<Self, UnknownPermission> {
        Self::parse(names.iter().map(String::as_str))
    }
}
