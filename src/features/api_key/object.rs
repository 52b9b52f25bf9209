//! What the schema shows of an API key.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use entity::api_key::{Column, Kind, Model};

use crate::{
    auth::{Permission, Permissions, guard},
    features::{
        channel::{Channel, ChannelById},
        staff::{StaffUser, StaffUserById},
    },
    graphql::{ContextExt, DateTime, KeyValue, ListNode, Listed},
};

/// How a back-office system or a storefront is known.
#[derive(Clone, Debug)]
pub struct ApiKey(pub Arc<Model>);

/// What an API key is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::api_key::Kind")]
pub enum ApiKeyKind {
    /// For a back-office system; has permissions.
    #[default]
    Secret,
    /// For a storefront; names its channel and opens nothing.
    Publishable,
}

impl ListNode for ApiKey {
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

impl From<Model> for ApiKey {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

fn shows_keys(ctx: &Context<'_>) -> bool {
    guard::shows::api_keys_read(ctx) || guard::shows::api_keys_write(ctx)
}

/// How a back-office system or a storefront is known. It keeps its permissions when its maker loses theirs; when its
/// maker is disabled, a secret key ends, unless it is said that it stays. For staff alone: every way to it requires `api_keys:read`, or
/// `api_keys:write` where it is the answer of a mutation.
#[Object(visible = "shows_keys", tag = "admin")]
impl ApiKey {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What the key is for, in the words of whoever made it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What kind of key it is.
    async fn kind(&self) -> ApiKeyKind {
        match self.0.kind {
            Kind::Secret => ApiKeyKind::Secret,
            Kind::Publishable => ApiKeyKind::Publishable,
        }
    }

    /// How the secret begins, for people to recognize the key by.
    async fn secret_hint(&self) -> &str {
        &self.0.secret_hint
    }

    /// What whoever has the key may do, as `resource:action`; empty for a publishable key.
    async fn permissions(&self) -> Vec<&'static str> {
        let permissions = Permissions::stored(&self.0.permissions);
        permissions.iter().map(Permission::as_str).collect()
    }

    /// The channel that a publishable key names, where the viewer may see it.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        match self.0.channel_id {
            Some(channel) => Ok(ctx.load::<ChannelById>(channel).await?.map(Channel)),
            None => Ok(None),
        }
    }

    /// The staff user who made the key, where the viewer may see them; null for one made on the machine of the
    /// service.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<StaffUser>> {
        match self.0.created_by {
            Some(user) => Ok(ctx.load::<StaffUserById>(user).await?.map(StaffUser)),
            None => Ok(None),
        }
    }

    /// When the key was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the key ends by itself; null for never.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// Until when the secret before the last rotation works too.
    async fn previous_secret_expires_at(&self) -> Option<DateTime> {
        self.0.previous_expires_at.map(DateTime)
    }

    /// When the key was revoked.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }

    /// When the key was last used, to the minute.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }
}
