//! `noteDelete`: a note is taken away.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::NoteId;

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Plain, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct NoteDeleteMutation;

/// The note to take away.
#[derive(Debug, InputObject)]
pub struct NoteDeleteInput {
    /// The note.
    id: Id<NoteId>,
    /// Delete only if this is still the version.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// What `noteDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct NoteDeletePayload {
    /// The note that is gone; null when there are user errors.
    deleted_note_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl NoteDeleteMutation {
    /// Takes a note away for good, whoever wrote it. Requires `notes:write`.
    #[graphql(
        guard = "guard::notes_write",
        visible = "guard::shows::notes_write",
        tag = "admin",
        requires_scopes = "notes:write"
    )]
    async fn note_delete(&self, ctx: &Context<'_>, input: NoteDeleteInput) -> Result<Option<NoteDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("noteDelete", input.idempotency_key, input.dry_run, None)?;
        let (id, version) = (input.id.0, input.expected_version);
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Plain(service::delete(unit, id, version).await?))
            })
            .await;
        let (deleted, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(NoteDeletePayload {
            deleted_note_id: deleted.map(|Plain(id)| id.to_string().into()),
            user_errors,
            dry_run,
        }))
    }
}
