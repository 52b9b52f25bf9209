//! Subscriptions: what somebody wants to hear, and what they are told.
//!
//! A subscription is executed once when it begins, to see whether the viewer may ask for it and what they want to hear,
//! and once more for each event that is of that kind: with a viewer, loaders and visibility of that moment. So the field
//! of a subscription says what it wants with [`hear`], and gets the event, if there is
//! one.

use std::sync::{Arc, OnceLock};

use async_graphql::{Context, Enum, ID, Result};
use sea_orm::entity::prelude::Uuid;

use super::{ContextExt, DateTime, bad_input};
use crate::{
    auth::{Viewer, grants::hides},
    work::outbox::Event,
};

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ChangeKind {
    /// It is new.
    Created,
    /// It is not as it was.
    Updated,
    /// It is gone.
    Deleted,
}

/// What somebody wants to hear.
#[derive(Clone, Debug, Default)]
pub struct Interest {
    topics: &'static [(&'static str, ChangeKind)],
    kinds: Option<Vec<ChangeKind>>,
    subjects: Vec<Uuid>,
    objects: Vec<String>,
}

impl Interest {
    /// In these topics, each with what it tells of an object.
    #[must_use]
    pub fn of(topics: &'static [(&'static str, ChangeKind)]) -> Self {
        Self {
            topics,
            ..Self::default()
        }
    }

    /// In nothing but these kinds of change, where any are given.
    #[must_use]
    pub fn among(mut self, kinds: Option<Vec<ChangeKind>>) -> Self {
        self.kinds = kinds;
        self
    }

    /// In nothing but what belongs to the history of this subject, where one is given.
    #[must_use]
    pub fn about(mut self, subject: Option<Uuid>) -> Self {
        self.subjects.extend(subject);
        self
    }

    /// In nothing but this object, where one is given.
    #[must_use]
    pub fn only(mut self, object: Option<String>) -> Self {
        self.objects.extend(object);
        self
    }

    /// What an event tells, if it is of interest.
    #[must_use]
    pub fn kind(&self, event: &Event) -> Option<ChangeKind> {
        let (_, kind) = self.topics.iter().find(|(topic, _)| *topic == event.topic)?;
        let is_wanted = self.kinds.as_ref().is_none_or(|kinds| kinds.contains(kind))
            && self.subjects.iter().all(|subject| *subject == event.subject)
            && self.objects.iter().all(|object| *object == event.object);
        is_wanted.then_some(*kind)
    }
}

/// One execution of a subscription: for an event, or to begin.
#[derive(Clone, Debug, Default)]
pub struct Hearing {
    event: Option<Arc<Event>>,
    interest: Arc<OnceLock<Interest>>,
}

impl Hearing {
    /// Of this event.
    #[must_use]
    pub fn of(event: Arc<Event>) -> Self {
        Self {
            event: Some(event),
            ..Self::default()
        }
    }

    /// What the subscription wants to hear.
    #[must_use]
    pub fn interest(&self) -> Option<&Interest> {
        self.interest.get()
    }
}

/// What is known of a change beside the object itself.
#[derive(Clone, Debug)]
pub struct Facts {
    kind: ChangeKind,
    event: Arc<Event>,
}

/// Says what a field wants to hear, and answers the event that it is executed for, if there is one and it is that.
///
/// # Errors
/// When another field of the operation has said so before.
pub fn hear(ctx: &Context<'_>, interest: Interest) -> Result<Option<Facts>> {
    // Without a hearing, as where somebody sends a subscription as a query, there is nothing to hear.
    let Some(hearing) = ctx.data_opt::<Hearing>() else {
        return Ok(None);
    };
    let facts = hearing.event.as_ref().and_then(|event| {
        Some(Facts {
            kind: interest.kind(event)?,
            event: Arc::clone(event),
        })
    });
    if hearing.interest.set(interest).is_err() {
        return Err(bad_input("A subscription has one field at its top.", None));
    }
    Ok(facts)
}

impl Facts {
    /// What happened, such as `customer.updated`.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.event.topic
    }

    /// What became of the object.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        self.kind
    }

    /// The id of the object.
    #[must_use]
    pub fn object_id(&self) -> ID {
        self.event.object.clone().into()
    }

    /// The version of the object after the change.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.event.version
    }

    /// When it happened.
    #[must_use]
    pub fn at(&self) -> DateTime {
        DateTime(self.event.at)
    }

    /// Those of the changed fields of this type that the viewer may see: in store scope those among `shown_in_store`.
    #[must_use]
    pub fn changed_paths(&self, ctx: &Context<'_>, object: &str, shown_in_store: &[&str]) -> Vec<String> {
        let viewer: &Viewer = ctx.viewer();
        let is_shown = |path: &&String| {
            let field = path.split('.').next().unwrap_or_default();
            let is_hidden = viewer.masks().is_some_and(|masks| hides(masks, object, field));
            !is_hidden && (viewer.is_admin() || shown_in_store.contains(&field))
        };
        self.event.changed_paths.iter().filter(is_shown).cloned().collect()
    }
}
