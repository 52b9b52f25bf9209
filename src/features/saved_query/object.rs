//! What the schema shows of a saved query.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::{
    role,
    saved_query::{Column, Model},
};

use super::loader::AudiencesOfSavedQuery;
use crate::{
    auth::guard,
    features::staff::{StaffUser, StaffUserById},
    graphql::{ContextExt, DateTime, KeyValue, ListNode, Listed},
};

/// A query that a staff user keeps, and shares with roles.
#[derive(Clone, Debug)]
pub struct SavedQuery(pub Arc<Model>);

/// A role with whose owners a saved query is or can be shared.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(visible = "guard::shows::staff_user")]
pub struct SavedQueryAudience {
    /// The id of the role.
    role_id: ID,
    /// The name of the role.
    name: String,
}

impl From<&role::Model> for SavedQueryAudience {
    fn from(role: &role::Model) -> Self {
        Self {
            role_id: role.id.to_string().into(),
            name: role.name.clone(),
        }
    }
}

impl ListNode for SavedQuery {
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

impl From<Model> for SavedQuery {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// A query that a staff user keeps, and shares with roles. It is seen by its owner, and by those who have a role with
/// which it is shared, or one that inherits from that. It is text and no more: whoever runs it sees what they may see.
#[Object(visible = "guard::shows::staff_user", tag = "admin")]
impl SavedQuery {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name, unique among the queries of the same owner whatever its case and accents.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is for.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The operations, as they were typed.
    async fn document(&self) -> &str {
        &self.0.document
    }

    /// The variables as they were typed: the text of a JSON object.
    async fn variables(&self) -> Option<&str> {
        self.0.variables.as_deref()
    }

    /// Whether it is the viewer's own, to change and to share.
    async fn is_own(&self, ctx: &Context<'_>) -> bool {
        ctx.call().viewer.staff_user() == Some(self.0.owner_id)
    }

    /// The staff user who keeps it, where the viewer may see them.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<StaffUser>> {
        Ok(ctx.load::<StaffUserById>(self.0.owner_id).await?.map(StaffUser))
    }

    /// The roles with which it is shared, by name: of one's own all, of others those that one has oneself or may see.
    async fn shared_with(&self, ctx: &Context<'_>) -> Result<Vec<SavedQueryAudience>> {
        let roles = ctx.load::<AudiencesOfSavedQuery>(self.0.id).await?.unwrap_or_default();
        Ok(roles.iter().map(|role| SavedQueryAudience::from(&**role)).collect())
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the query was saved first.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the query was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
