//! `noteAdd`: something about a customer is written down.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::CustomerId;

use super::{
    object::Note,
    service::{self, NoteDraft},
    text,
};
use crate::{
    auth::{Permission, guard},
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, UnitOfWork},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct NoteAddMutation;

/// A note to write down.
#[derive(Debug, InputObject)]
pub struct NoteAddInput {
    /// The customer whom it is about.
    customer_id: Id<CustomerId>,
    /// What it says, 1 to 5000 characters.
    body: String,
    /// Whether the customer may read it.
    #[graphql(default = false)]
    is_public: bool,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `noteAdd` answers.
#[derive(Debug, SimpleObject)]
pub struct NoteAddPayload {
    /// The note; null when there are user errors, and for who may not see notes.
    note: Option<Note>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl NoteAddMutation {
    /// Writes a note about a customer down, at most 1000 for each. Requires `notes:write`.
    #[graphql(
        guard = "guard::notes_write",
        visible = "guard::shows::notes_write",
        tag = "admin",
        requires_scopes = "notes:write"
    )]
    async fn note_add(&self, ctx: &Context<'_>, input: NoteAddInput) -> Result<Option<NoteAddPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("noteAdd", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let draft = NoteDraft {
            customer: input.customer_id.0,
            body: text::body(&mut complaints, &input.body),
            is_public: input.is_public,
        };
        let written = match complaints.check(draft) {
            Ok(draft) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::add(unit, draft.clone()).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (note, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(NoteAddPayload {
            note: note.filter(|_| call.viewer.may(Permission::NotesRead)).map(Note::from),
            user_errors,
            dry_run: dry_run.map(|dry_run| dry_run.shown_to(call.viewer.may(Permission::NotesRead))),
        }))
    }
}
