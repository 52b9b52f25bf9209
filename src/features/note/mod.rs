//! Notes: what staff and back-office systems write down about a customer.
//!
//! The room owns the notes and promises that a customer sees the public ones about themselves and nothing of the others;
//! that whoever sees a note in admin scope has `notes:read`, and whoever changes one `notes:write`, whoever wrote it; and
//! that notes go with their customer, or follow a guest who turns out to be somebody.
//!
//! Timeline and outbox tell that a note was added, changed or deleted and whether it is public, never what it says.

mod loader;
mod note_add;
mod note_delete;
mod note_update;
mod object;
mod of_customer;
pub mod service;
mod text;
pub mod visibility;

pub use loader::NoteById;
pub use object::{Note, NoteConnection};
pub use of_customer::notes_of;
pub use service::reassign;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct NoteMutation(
    note_add::NoteAddMutation,
    note_update::NoteUpdateMutation,
    note_delete::NoteDeleteMutation,
);
