//! What the schema shows of a role and of its assignment.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use entity::{
    id::{ChannelId, PrefixedId},
    role::{Column, Model},
    role_assignment::{self, ScopeKind},
};

use super::loader::{AllRoles, RoleById};
use crate::{
    auth::{Permission, grants, guard},
    features::channel::{Channel, ChannelById},
    graphql::{ContextExt, DateTime, KeyValue, ListNode, Listed},
};

/// What staff users may do who have it.
#[derive(Clone, Debug)]
pub struct Role(pub Arc<Model>);

impl ListNode for Role {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::NameFolded => KeyValue::Text(self.name_folded.clone()),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}

impl From<Model> for Role {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// Whether introspection shows what staff users and roles are; who may write them sees them in what a mutation
/// answers.
pub fn shows_staff(ctx: &Context<'_>) -> bool {
    guard::shows::staff_read(ctx) || guard::shows::staff_write(ctx)
}

fn texts(json: &serde_json::Value) -> Vec<String> {
    json.as_array()
        .into_iter()
        .flatten()
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

/// What staff users may do who have it. For staff alone: every way to it requires `staff:read`, or `staff:write` where
/// it is the answer of a mutation.
#[Object(visible = "shows_staff", tag = "admin")]
impl Role {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name, unique among roles whatever its case and accents.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What the role itself allows, as `resource:action`, where `*` stands for any.
    async fn permissions(&self) -> Vec<String> {
        texts(&self.0.permissions)
    }

    /// What the role allows with all from which it inherits, each permission by its name. Requires `staff:read`.
    #[graphql(
        guard = "guard::staff_read",
        visible = "guard::shows::staff_read",
        tag = "admin",
        requires_scopes = "staff:read"
    )]
    async fn all_permissions(&self, ctx: &Context<'_>) -> Result<Option<Vec<&'static str>>> {
        let book = ctx.load::<AllRoles>(()).await?.unwrap_or_default();
        let permissions = book.permissions(self.0.id);
        Ok(Some(permissions.iter().map(Permission::as_str).collect()))
    }

    /// The roles from which it inherits. Requires `staff:read`.
    #[graphql(
        guard = "guard::staff_read",
        visible = "guard::shows::staff_read",
        tag = "admin",
        requires_scopes = "staff:read"
    )]
    async fn parents(&self, ctx: &Context<'_>) -> Result<Option<Vec<Role>>> {
        let book = ctx.load::<AllRoles>(()).await?.unwrap_or_default();
        let parents = book.get(self.0.id).map(|facts| facts.parents.clone());
        let rows = ctx.load_many::<RoleById>(parents.unwrap_or_default()).await?;
        Ok(Some(rows.into_iter().flatten().map(Role).collect()))
    }

    /// The fields that the role does not show, as `Type.field`. What every role of a staff user hides is hidden from
    /// them: it answers null with an error, and nothing can be filtered or sorted by it.
    async fn field_masks(&self) -> Vec<String> {
        grants::masks(&self.0.field_masks).into_iter().collect()
    }

    /// Whether the role came with the service; such a role cannot be changed.
    async fn is_built_in(&self) -> bool {
        self.0.is_built_in
    }

    /// Whether whoever has only such roles is held to lower limits: smaller pages and documents, and less time.
    async fn is_bounded(&self) -> bool {
        self.0.is_bounded
    }

    /// Grows by one with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the role was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the role was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// Where a role counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum RoleScopeKind {
    /// Everywhere.
    All,
    /// For order links of one channel.
    Channel,
    /// For what belongs to one vendor; grants nothing until there are vendors.
    Vendor,
}

impl From<ScopeKind> for RoleScopeKind {
    fn from(kind: ScopeKind) -> Self {
        match kind {
            ScopeKind::All => Self::All,
            ScopeKind::Channel => Self::Channel,
            ScopeKind::Vendor => Self::Vendor,
        }
    }
}

/// That a staff user has a role.
#[derive(Clone, Debug)]
pub struct RoleAssignment(pub Arc<role_assignment::Model>);

/// That a staff user has a role.
#[Object(visible = "shows_staff", tag = "admin")]
impl RoleAssignment {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The role.
    async fn role(&self, ctx: &Context<'_>) -> Result<Option<Role>> {
        Ok(ctx.load::<RoleById>(self.0.role_id).await?.map(Role))
    }

    /// Where it counts.
    async fn scope(&self) -> RoleScopeKind {
        self.0.scope_kind.into()
    }

    /// The channel for which it counts; null when it counts everywhere, or for a channel that the viewer may not see.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        match (self.0.scope_kind, self.0.scope_id) {
            (ScopeKind::Channel, Some(channel)) => Ok(ctx
                .load::<ChannelById>(ChannelId::from_uuid(channel))
                .await?
                .map(Channel)),
            _ => Ok(None),
        }
    }

    /// When the role was given.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}
