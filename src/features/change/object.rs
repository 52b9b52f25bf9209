//! What the schema shows of events.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::id::{OrderLinkId, PrefixedId, StaffUserId, format};

use super::query::cursor_of;
use crate::{
    auth::guard,
    features::timeline::is_hidden,
    graphql::{ActorRef, ContextExt, DateTime, PageInfo},
    work::{outbox::FeedEvent, outbox_subject},
};

/// Something that happened.
#[derive(Clone, Debug)]
pub struct ChangeEvent(pub(super) Arc<FeedEvent>);

/// A page of the change feed.
#[derive(Clone, Debug)]
pub struct ChangeEventConnection {
    pub(super) events: Vec<Arc<FeedEvent>>,
    pub(super) generation: i64,
    pub(super) page_info: PageInfo,
}

/// An event and its place in the feed.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(visible = "guard::shows::events_read")]
pub struct ChangeEventEdge {
    /// The place, to be given as `after`.
    cursor: String,
    /// The event.
    node: ChangeEvent,
}

/// A page of the change feed.
#[Object(visible = "guard::shows::events_read", tag = "admin")]
impl ChangeEventConnection {
    /// The events with their cursors.
    async fn edges(&self, ctx: &Context<'_>) -> Vec<ChangeEventEdge> {
        let edge = |event: &Arc<FeedEvent>| ChangeEventEdge {
            cursor: cursor_of(ctx.call(), self.generation, event.event.cursor),
            node: ChangeEvent(Arc::clone(event)),
        };
        self.events.iter().map(edge).collect()
    }

    /// The events without their cursors.
    async fn nodes(&self) -> Vec<ChangeEvent> {
        self.events.iter().map(|event| ChangeEvent(Arc::clone(event))).collect()
    }

    /// Where this page ends. Here `endCursor` is there even when nothing happened: go on with it. `hasNextPage` says
    /// that there is more to look at at once.
    async fn page_info(&self) -> PageInfo {
        self.page_info.clone()
    }
}

/// Something that happened: which object was changed by whom, and which of its fields, never their values.
#[Object(visible = "guard::shows::events_read", tag = "admin")]
impl ChangeEvent {
    /// The id of the event, by which repetitions are recognized.
    async fn id(&self) -> ID {
        self.0.event.id.to_string().into()
    }

    /// What happened, such as `customer.updated`.
    async fn topic(&self) -> &str {
        &self.0.event.topic
    }

    /// When it happened.
    async fn at(&self) -> DateTime {
        DateTime(self.0.event.at)
    }

    /// Who did it.
    async fn actor(&self) -> ActorRef {
        ActorRef::of(&self.0.actor_type, self.0.actor_id)
    }

    /// The staff user who acted as the actor.
    async fn impersonator(&self) -> Option<ActorRef> {
        self.0.impersonator.map(ActorRef::staff)
    }

    /// The id of the object that was changed.
    async fn object_id(&self) -> ID {
        self.0.event.object.clone().into()
    }

    /// The version of the object after the change.
    async fn object_version(&self) -> i32 {
        self.0.event.version
    }

    /// To whose history it belongs: the id of a customer, an organization, or of the object itself. Events about one
    /// subject come in the order in which they happened.
    async fn subject_id(&self) -> ID {
        subject_id(&self.0).into()
    }

    /// Which fields changed, without those that your roles hide.
    async fn changed_paths(&self, ctx: &Context<'_>) -> Vec<&str> {
        let event = &self.0.event;
        let masks = ctx.viewer().masks();
        let shown = |path: &&String| masks.is_none_or(|masks| !is_hidden(masks, &event.object, path));
        event.changed_paths.iter().filter(shown).map(String::as_str).collect()
    }

    /// The request that caused it.
    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }
}

/// The id of the subject: the object itself, else whoever it belongs to.
fn subject_id(found: &FeedEvent) -> String {
    let event = &found.event;
    let known = if found.is_about_staff {
        Some(StaffUserId::PREFIX)
    } else {
        found.is_about_order.then_some(OrderLinkId::PREFIX)
    };
    format(outbox_subject::kind_of(event, known), event.subject)
}
