//! `savedQueryCreate`: a query kept for later.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::RoleId;

use super::{
    object::SavedQuery,
    service::{self, SavedQueryDraft},
    text,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Complaints, UnitOfWork},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct SavedQueryCreateMutation;

/// A query to keep.
#[derive(Debug, InputObject)]
pub struct SavedQueryCreateInput {
    /// The name, unique among your queries whatever its case and accents.
    name: String,
    /// What it is for, at most 1000 characters.
    description: Option<String>,
    /// The operations, at most 20000 characters. What looks like a password or a token is refused.
    document: String,
    /// The variables, the text of a JSON object of at most 20000 characters. What looks like a password or a token is
    /// refused.
    variables: Option<String>,
    /// The roles with which it is shared, of those that `savedQueryAudiences` lists, at most 20. Whoever has one of them reads
    /// all of it, the variables too.
    #[graphql(default)]
    shared_with_role_ids: Vec<Id<RoleId>>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `savedQueryCreate` answers.
#[derive(Debug, SimpleObject)]
pub struct SavedQueryCreatePayload {
    /// The saved query; null when there are user errors.
    saved_query: Option<SavedQuery>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl SavedQueryCreateMutation {
    /// Keeps a query, at most 200 for each staff user. For staff users who have logged in.
    #[graphql(guard = "guard::staff_user", visible = "guard::shows::staff_user", tag = "admin")]
    async fn saved_query_create(
        &self,
        ctx: &Context<'_>,
        input: SavedQueryCreateInput,
    ) -> Result<Option<SavedQueryCreatePayload>> {
        let call = ctx.call();
        let options = ctx.write_options("savedQueryCreate", input.idempotency_key, input.dry_run, None)?;
        let mut complaints = Complaints::default();
        let draft = SavedQueryDraft {
            name: complaints.required_text("name", Some(input.name), 255),
            description: input
                .description
                .and_then(|typed| text::description(&mut complaints, typed)),
            document: text::document(&mut complaints, input.document),
            variables: input
                .variables
                .and_then(|typed| text::variables(&mut complaints, typed)),
            shared_with: input.shared_with_role_ids.into_iter().map(|id| id.0).collect(),
        };
        let written = match complaints.check(draft) {
            Ok(draft) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::create(unit, draft.clone()).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (saved_query, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(SavedQueryCreatePayload {
            saved_query: saved_query.map(SavedQuery::from),
            user_errors,
            dry_run,
        }))
    }
}
