//! What the schema shows of the timeline.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::timeline_entry::{Column, Model};
use sea_orm::entity::prelude::Json;

use super::kind::is_hidden;
use crate::{
    auth::guard,
    graphql::{ActorRef, Connection, ContextExt, DateTime, FieldChangeObject, KeyValue, ListNode, Listed},
    work::FieldChange,
};

/// Something that somebody did.
#[derive(Clone, Debug)]
pub struct TimelineEntry(pub Arc<Model>);

/// A page of a timeline.
pub type TimelineEntryConnection = Connection<TimelineEntry>;

impl ListNode for TimelineEntry {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl Listed<Column> for Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::Sequence => KeyValue::Integer(self.sequence.into()),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}

/// Something that somebody did: what was changed, from what to what, by whom, when and why.
#[Object(visible = "guard::shows::timeline_read", tag = "admin")]
impl TimelineEntry {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What happened, such as `customer.updated`.
    #[graphql(name = "type")]
    async fn kind(&self) -> &str {
        &self.0.r#type
    }

    /// When it happened.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// Who did it.
    async fn actor(&self) -> ActorRef {
        ActorRef::of(&self.0.actor_type, self.0.actor_id)
    }

    /// The staff user who acted as the actor.
    async fn impersonator(&self) -> Option<ActorRef> {
        self.0.impersonator_id.map(ActorRef::staff)
    }

    /// Why, in the words of who did it.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The request that caused it.
    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The id of the object that was changed.
    async fn object_id(&self) -> ID {
        self.0.object_id.clone().into()
    }

    /// The fields that changed; null once they were erased. Values that your roles hide are null.
    async fn changes(&self, ctx: &Context<'_>) -> Option<Vec<FieldChangeObject>> {
        let changes: Vec<FieldChange> = serde_json::from_value(self.0.changes.clone()?).unwrap_or_default();
        let masks = ctx.viewer().masks();
        let shown = changes.into_iter().map(|mut change| {
            if masks.is_some_and(|masks| is_hidden(masks, &self.0.object_id, &change.path)) {
                (change.before, change.after) = (Json::Null, Json::Null);
                // The keys of metadata are values of theirs.
                change.path.truncate(change.path.find('.').unwrap_or(change.path.len()));
            }
            FieldChangeObject::new(self.0.object_id.clone(), change)
        });
        Some(shown.collect())
    }

    /// The hash over this entry, a salted digest of its changes, and `previousHash`: `customer-graph timeline verify` finds
    /// what was altered or left out.
    async fn hash(&self) -> &str {
        &self.0.hash
    }

    /// The `hash` of the entry before, empty for the first.
    async fn previous_hash(&self) -> &str {
        &self.0.previous_hash
    }
}
