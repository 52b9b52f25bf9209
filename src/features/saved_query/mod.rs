//! Saved queries: what staff users ask again and again, and share with those who have a role.
//!
//! The room owns documents with their variables, each with a name that is unique for its owner, and promises that
//! nobody sees one but its owner and those who have, everywhere, a role with which it is shared, or a role that inherits
//! from that; that nobody but the owner changes it, though who manages staff users (`staff:write`) can take back what is
//! shared; and that what looks like a password or a token is not kept. A saved query is text: it
//! is never run here, and whoever runs it sees what they may see and nothing more. But its text is shown to everybody
//! with whom it is shared, the values in it too, whatever a role hides from them otherwise.
//!
//! Timeline and outbox tell that document, variables or description have changed, and not what they hold, since what
//! staff look for may be a person.

mod loader;
mod object;
mod query;
mod saved_query_create;
mod saved_query_delete;
mod saved_query_update;
mod secret;
pub mod service;
mod sharing;
mod text;
pub mod visibility;

pub use loader::SavedQueryById;
pub use object::SavedQuery;
pub use query::SavedQueryQuery;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct SavedQueryMutation(
    saved_query_create::SavedQueryCreateMutation,
    saved_query_update::SavedQueryUpdateMutation,
    saved_query_delete::SavedQueryDeleteMutation,
);
