//! What the schema shows of a staff user.

use std::sync::Arc;

use async_graphql::{ID, Object};
use entity::staff_user::Model;

use crate::{
    auth::{Permission, Permissions, guard},
    graphql::Email,
};

/// A person of the company who works with customers.
#[derive(Clone, Debug)]
pub struct StaffUser(pub Arc<Model>);

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

    /// What the staff user may do, as `resource:action`.
    async fn permissions(&self) -> Vec<&'static str> {
        let permissions: Permissions = serde_json::from_value(self.0.permissions.clone()).unwrap_or_default();
        permissions.iter().map(Permission::as_str).collect()
    }
}
