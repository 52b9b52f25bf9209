//! What the schema shows of a hook.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object};
use entity::hook::{Column, Model, OnFailure, Point};

use crate::{
    auth::guard,
    graphql::{DateTime, KeyValue, ListNode, Listed},
};

/// When a hook is asked or told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Point")]
pub enum HookPoint {
    /// Before the mutation, which it may refuse or change.
    Before,
    /// After the mutation.
    After,
}

/// What becomes of a mutation when whoever is asked before does not answer as they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "OnFailure")]
pub enum HookOnFailure {
    /// It goes on as if nobody had been asked.
    Open,
    /// It is refused.
    Closed,
}

/// Somebody who is asked before a mutation, or told after it.
#[derive(Clone, Debug)]
pub struct Hook(pub Arc<Model>);

impl ListNode for Hook {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::Position => KeyValue::Integer(self.position.into()),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}

impl From<Model> for Hook {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// Somebody who is asked before a mutation and may refuse or change it, or who is told after it.
#[Object(visible = "guard::shows::admin", tag = "admin")]
impl Hook {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// When it is asked or told.
    async fn point(&self) -> HookPoint {
        self.0.point.into()
    }

    /// The name of the mutation.
    async fn mutation(&self) -> &str {
        &self.0.mutation
    }

    /// Where it is.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// For how long it is waited for, in milliseconds.
    async fn timeout_milliseconds(&self) -> i32 {
        self.0.timeout_ms
    }

    /// What becomes of the mutation when it does not answer as it should.
    async fn on_failure(&self) -> HookOnFailure {
        self.0.on_failure.into()
    }

    /// Which comes first of several of the same mutation.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// Whether it is asked or told at all.
    async fn is_enabled(&self) -> bool {
        self.0.is_enabled
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the hook was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the hook was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
