//! `OrganizationRole`.

use std::sync::Arc;

use async_graphql::{ID, Object};
use entity::organization_role::Model;

/// What members of an organization may do for it. Every organization has the built-in roles `admin`, `approver` and
/// `buyer`.
#[derive(Clone, Debug)]
pub struct OrganizationRole(pub Arc<Model>);

/// What members of an organization may do for it. Every organization has the built-in roles `admin`, `approver` and
/// `buyer`.
#[Object]
impl OrganizationRole {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name for programs.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// The name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether every organization has this role.
    async fn is_built_in(&self) -> bool {
        self.0.organization_id.is_none()
    }

    /// What the role allows, such as `orders:place`.
    async fn permissions(&self) -> Vec<&str> {
        self.0
            .permissions
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_str)
            .collect()
    }
}
