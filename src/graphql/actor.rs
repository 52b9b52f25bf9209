//! Who did something, as timeline, outbox and jobs name them.

use async_graphql::{ID, SimpleObject};
use entity::id::{PrefixedId, StaffUserId};
use sea_orm::entity::prelude::Uuid;

use crate::auth::shown_actor;

/// Who did something.
#[derive(Clone, Debug, SimpleObject)]
pub struct ActorRef {
    /// The kind of actor: `CUSTOMER`, `STAFF`, `API_KEY`, `SYSTEM` or `ANONYMOUS`.
    #[graphql(name = "type")]
    pub kind: String,
    /// The id of the actor, if it has one.
    pub id: Option<ID>,
}

impl ActorRef {
    /// An actor by the kind and the bits that are stored.
    #[must_use]
    pub fn of(kind: &str, id: Option<Uuid>) -> Self {
        Self {
            kind: kind.to_owned(),
            id: shown_actor(kind, id).map(ID),
        }
    }

    /// A staff user.
    #[must_use]
    pub fn staff(id: StaffUserId) -> Self {
        Self::of("STAFF", Some(id.uuid()))
    }
}
