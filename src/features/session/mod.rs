//! Sessions: a log-in that goes on.
//!
//! A session gives short-lived access tokens, and a refresh token that is replaced each time it is used. All that
//! decides about a session is in the database: ending it is felt at once by the refresh token and within seconds by
//! access tokens.

mod actor_switch;
pub mod actors;
mod edge;
mod grant;
mod loader;
mod object;
mod refresh_token;
mod rotation;
pub mod service;
mod session_create;
mod session_end;
mod session_refresh;
mod session_revoke;
mod viewer;
pub mod visibility;

pub use edge::{SessionConnection, sessions_of};
pub(crate) use grant::{Grant, entered, grant_payload};
pub use loader::SessionById;
pub use object::Session;
pub use session_create::SessionActor;
pub use viewer::{CurrentViewer, ViewerKind, ViewerQuery};

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct SessionMutation(
    session_create::SessionCreateMutation,
    session_refresh::SessionRefreshMutation,
    session_end::SessionEndMutation,
    session_revoke::SessionRevokeMutation,
    actor_switch::ActorSwitchMutation,
);
