//! `savedQueryDelete`: a saved query is forgotten.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::SavedQueryId;

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Plain, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct SavedQueryDeleteMutation;

/// The saved query to forget.
#[derive(Debug, InputObject)]
pub struct SavedQueryDeleteInput {
    /// The saved query.
    id: Id<SavedQueryId>,
    /// Delete only if this is still the version.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key answers the same.
    idempotency_key: Option<String>,
}

/// What `savedQueryDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct SavedQueryDeletePayload {
    /// The saved query that is gone; null when there are user errors.
    deleted_saved_query_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl SavedQueryDeleteMutation {
    /// Forgets a saved query of one's own; those with whom it was shared lose it as well. Whoever has `staff:write` takes
    /// back in this way what others share, also when the owner is disabled. For staff users who have logged in.
    #[graphql(guard = "guard::staff_user", visible = "guard::shows::staff_user", tag = "admin")]
    async fn saved_query_delete(
        &self,
        ctx: &Context<'_>,
        input: SavedQueryDeleteInput,
    ) -> Result<Option<SavedQueryDeletePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("savedQueryDelete", input.idempotency_key, input.dry_run, None)?;
        let (id, version) = (input.id.0, input.expected_version);
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Plain(service::delete(unit, id, version).await?))
            })
            .await;
        let (deleted, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(SavedQueryDeletePayload {
            deleted_saved_query_id: deleted.map(|Plain(id)| id.to_string().into()),
            user_errors,
            dry_run,
        }))
    }
}
