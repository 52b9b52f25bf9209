//! What the schema shows of notes.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::note::{Column, Model};

use crate::{
    auth::guard,
    features::customer::{Customer, CustomerById},
    graphql::{ActorRef, Connection, ContextExt, DateTime, KeyValue, ListNode, Listed},
};

/// What somebody wrote down about a customer.
#[derive(Clone, Debug)]
pub struct Note(pub Arc<Model>);

/// A page of notes.
pub type NoteConnection = Connection<Note>;

impl ListNode for Note {
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

impl From<Model> for Note {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// What somebody wrote down about a customer, who sees it when it is public.
#[Object]
impl Note {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The customer whom it is about; null when you may not see them.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        Ok(ctx.load::<CustomerById>(self.0.customer_id).await?.map(Customer))
    }

    /// What it says.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// Whether the customer may read it.
    async fn is_public(&self) -> bool {
        self.0.is_public
    }

    /// Who wrote it first. Requires `notes:read`.
    #[graphql(
        guard = "guard::notes_read",
        visible = "guard::shows::notes_read",
        tag = "admin",
        requires_scopes = "notes:read"
    )]
    async fn author(&self) -> Option<ActorRef> {
        Some(ActorRef::of(&self.0.author_type, self.0.author_id))
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
