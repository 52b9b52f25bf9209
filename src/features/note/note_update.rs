//! `noteUpdate`: a note changed.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::NoteId;

use super::{
    object::Note,
    service::{self, NoteChange},
    text,
};
use crate::{
    auth::{Permission, guard},
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, UnitOfWork},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct NoteUpdateMutation;

/// Changes of a note: a field that is left out or null stays as it is.
#[derive(Debug, InputObject)]
pub struct NoteUpdateInput {
    /// The note.
    id: Id<NoteId>,
    /// Change only if this is still the version.
    expected_version: Option<i32>,
    /// What it says, 1 to 5000 characters.
    body: Option<String>,
    /// Whether the customer may read it.
    is_public: Option<bool>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `noteUpdate` answers.
#[derive(Debug, SimpleObject)]
pub struct NoteUpdatePayload {
    /// The note as it is now; null when there are user errors, and for who may not see notes.
    note: Option<Note>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl NoteUpdateMutation {
    /// Changes a note, whoever wrote it. Requires `notes:write`.
    #[graphql(
        guard = "guard::notes_write",
        visible = "guard::shows::notes_write",
        tag = "admin",
        requires_scopes = "notes:write"
    )]
    async fn note_update(&self, ctx: &Context<'_>, input: NoteUpdateInput) -> Result<Option<NoteUpdatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("noteUpdate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let change = NoteChange {
            id: input.id.0,
            expected_version: input.expected_version,
            body: input.body.map(|typed| text::body(&mut complaints, &typed)),
            is_public: input.is_public,
        };
        let written = match complaints.check(change) {
            Ok(change) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::update(unit, change.clone()).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (note, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(NoteUpdatePayload {
            note: note.filter(|_| call.viewer.may(Permission::NotesRead)).map(Note::from),
            user_errors,
            dry_run: dry_run.map(|dry_run| dry_run.shown_to(call.viewer.may(Permission::NotesRead))),
        }))
    }
}
