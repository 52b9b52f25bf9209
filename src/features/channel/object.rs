//! What the schema shows of a channel.

use std::sync::Arc;

use async_graphql::{ID, Object};
use entity::channel::{Column, Model};

use crate::graphql::{DateTime, KeyValue, ListNode, Listed};

/// Where orders come from, such as a web shop, a shop or a phone line.
#[derive(Clone, Debug)]
pub struct Channel(pub Arc<Model>);

impl ListNode for Channel {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::Handle => KeyValue::Text(self.handle.clone()),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}

/// Where orders come from, such as a web shop, a shop or a phone line.
#[Object]
impl Channel {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name for machines, which is unique.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// The name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When the channel was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the channel was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
