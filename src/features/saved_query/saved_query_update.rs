//! `savedQueryUpdate`: a saved query changed, or shared with others.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::id::{RoleId, SavedQueryId};

use super::{
    object::SavedQuery,
    service::{self, SavedQueryChange},
    text,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, change, payload},
    work::{Complaints, UnitOfWork},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct SavedQueryUpdateMutation;

/// Changes of a saved query: a field that is left out stays as it is, null clears it.
#[derive(Debug, InputObject)]
pub struct SavedQueryUpdateInput {
    /// The saved query.
    id: Id<SavedQueryId>,
    /// Change only if this is still the version.
    expected_version: Option<i32>,
    /// The name, unique among your queries whatever its case and accents; it cannot be cleared.
    name: Option<String>,
    /// What it is for, at most 1000 characters.
    description: MaybeUndefined<String>,
    /// The operations, at most 20000 characters; they cannot be cleared. What looks like a password or a token is
    /// refused.
    document: Option<String>,
    /// The variables, the text of a JSON object of at most 20000 characters. What looks like a password or a token is
    /// refused.
    variables: MaybeUndefined<String>,
    /// The roles with which it is shared from now on, of those that `savedQueryAudiences` lists or with which it is shared
    /// already, at most 20. Whoever has one of them reads all of it, the variables too.
    shared_with_role_ids: Option<Vec<Id<RoleId>>>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `savedQueryUpdate` answers.
#[derive(Debug, SimpleObject)]
pub struct SavedQueryUpdatePayload {
    /// The saved query as it is now; null when there are user errors.
    saved_query: Option<SavedQuery>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl SavedQueryUpdateMutation {
    /// Changes a saved query of one's own. For staff users who have logged in.
    #[graphql(guard = "guard::staff_user", visible = "guard::shows::staff_user", tag = "admin")]
    async fn saved_query_update(
        &self,
        ctx: &Context<'_>,
        input: SavedQueryUpdateInput,
    ) -> Result<Option<SavedQueryUpdatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("savedQueryUpdate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let changed = SavedQueryChange {
            id: input.id.0,
            expected_version: input.expected_version,
            name: input.name.map(|name| complaints.required_text("name", Some(name), 255)),
            description: change(input.description).and_then(|typed| text::description(&mut complaints, typed)),
            document: input.document.map(|typed| text::document(&mut complaints, typed)),
            variables: text::variables_change(&mut complaints, change(input.variables)),
            shared_with: input
                .shared_with_role_ids
                .map(|ids| ids.into_iter().map(|id| id.0).collect()),
        };
        let written = match complaints.check(changed) {
            Ok(changed) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::update(unit, changed.clone()).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (saved_query, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(SavedQueryUpdatePayload {
            saved_query: saved_query.map(SavedQuery::from),
            user_errors,
            dry_run,
        }))
    }
}
