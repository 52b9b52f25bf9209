//! What the schema shows of a staff user.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use entity::staff_user::{Column, Model, Status};

use crate::{
    auth::{Permission, Permissions, guard},
    features::{
        mfa::{MfaFactor, factors_of_staff},
        role::{RoleAssignment, RolesOfStaffUser, StandingOfStaffUser},
    },
    graphql::{ContextExt, DateTime, Email, KeyValue, ListNode, Listed},
};

/// A person of the company who works with customers.
#[derive(Clone, Debug)]
pub struct StaffUser(pub Arc<Model>);

/// Whether a staff user may log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::staff_user::Status")]
pub enum StaffUserStatus {
    /// The ordinary state.
    Active,
    /// Shut out: no log-in and no new tokens, and the secret API keys that they made end, unless it is said that they
    /// stay.
    Disabled,
}

impl ListNode for StaffUser {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::CreatedAt => self.created_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}

impl From<Model> for StaffUser {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// A person of the company who works with customers.
#[Object(visible = "guard::shows::admin", tag = "admin")]
impl StaffUser {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The e-mail address as it was typed.
    async fn email(&self) -> Email {
        Email(self.0.email.clone())
    }

    /// The name as shown to other staff.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// Whether the staff user may log in.
    async fn status(&self) -> StaffUserStatus {
        match self.0.status {
            Status::Active => StaffUserStatus::Active,
            Status::Disabled => StaffUserStatus::Disabled,
        }
    }

    /// What the staff user may do everywhere, by direct grants and by roles, as `resource:action`.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<Vec<&'static str>> {
        let standing = ctx.load::<StandingOfStaffUser>(self.0.id).await?.unwrap_or_default();
        Ok(standing.permissions.iter().map(Permission::as_str).collect())
    }

    /// What was granted to the staff user directly, as `resource:action`. Requires `staff:read`.
    #[graphql(
        guard = "guard::staff_read",
        visible = "guard::shows::staff_read",
        tag = "admin",
        requires_scopes = "staff:read"
    )]
    async fn direct_permissions(&self) -> Option<Vec<&'static str>> {
        let direct = Permissions::stored(&self.0.permissions);
        Some(direct.iter().map(Permission::as_str).collect())
    }

    /// The roles that the staff user has, and where. Requires `staff:read`.
    #[graphql(
        guard = "guard::staff_read",
        visible = "guard::shows::staff_read",
        tag = "admin",
        requires_scopes = "staff:read"
    )]
    async fn roles(&self, ctx: &Context<'_>) -> Result<Option<Vec<RoleAssignment>>> {
        let rows = ctx.load::<RolesOfStaffUser>(self.0.id).await?.unwrap_or_default();
        Ok(Some(rows.into_iter().map(RoleAssignment).collect()))
    }

    /// The second factors of the staff user: one's own, and with `staff:read` those of others.
    #[graphql(guard = "guard::admin", visible = "guard::shows::admin", tag = "admin")]
    async fn mfa_factors(&self, ctx: &Context<'_>) -> Result<Option<Vec<MfaFactor>>> {
        factors_of_staff(ctx, self.0.id).await.map(Some)
    }

    /// Grows by one with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the staff user was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the staff user was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
