//! `interactionRecord`: what other systems tell of contacts with customers, many at once.

use std::collections::HashMap;

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use entity::{
    id::InteractionId,
    interaction::{Column, Model},
};
use sea_orm::{ColumnTrait, QueryFilter, entity::prelude::Json};

use super::{
    draft::{Effect, InteractionDraft},
    input::InteractionRow,
    object::Interaction,
    service::{self, Recorded},
    visibility,
};
use crate::{
    auth::{Permission, guard},
    graphql::{
        BulkErrorPolicy, ContextExt, DryRunResult, Problem, RowResults, check_rows, payload, problems, write_rows,
    },
    work::{Call, Outcome, UnitOfWork, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct InteractionRecordMutation;

/// Contacts with customers.
#[derive(Debug, InputObject)]
pub struct InteractionRecordInput {
    /// The contacts, at most 1,000.
    interactions: Vec<InteractionRow>,
    /// What becomes of the others when a row is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key is answered with the first result.
    idempotency_key: Option<String>,
}

/// What `interactionRecord` answers.
#[derive(Debug, SimpleObject)]
pub struct InteractionRecordPayload {
    /// One result per row, in the order of the input; empty when everything was refused.
    results: Vec<InteractionRecordResult>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// What became of one row of `interactionRecord`.
#[derive(Debug, SimpleObject)]
pub struct InteractionRecordResult {
    /// What was done; null when the row was refused.
    outcome: Option<InteractionRecordOutcome>,
    /// The contact as it is now; null for who may not see it.
    interaction: Option<Interaction>,
    /// What is wrong with the row.
    user_errors: Vec<Problem>,
}

/// What was done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::draft::Effect")]
pub enum InteractionRecordOutcome {
    /// The contact is new.
    Created,
    /// The contact was changed.
    Updated,
    /// The contact said the same already.
    Unchanged,
}

#[Object]
impl InteractionRecordMutation {
    /// Takes over what other systems tell of contacts with customers: letters and e-mails, calls, chats, visits, and
    /// campaigns that reached them. A contact is known by its `source` and `externalId`: told again it changes nothing,
    /// told differently it is corrected, and what was told last counts. Requires `interactions:write`.
    #[graphql(
        guard = "guard::interactions_write",
        visible = "guard::shows::interactions_write",
        tag = "admin",
        requires_scopes = "interactions:write"
    )]
    async fn interaction_record(
        &self,
        ctx: &Context<'_>,
        input: InteractionRecordInput,
    ) -> Result<Option<InteractionRecordPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("interactionRecord", input.idempotency_key, input.dry_run, None)?;
        let policy = input.error_policy;
        let written = match check_rows("interactions", input.interactions.len(), call.limits.bulk_rows) {
            Ok(()) => {
                let rows: RowResults<InteractionDraft> =
                    input.interactions.into_iter().map(InteractionRow::draft).collect();
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let results = write_rows(rows.clone(), async |drafts| service::record(unit, drafts).await).await?;
                    Ok(Records(policy.judge("interactions", results)?))
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (records, user_errors, dry_run) = payload(call, written)?;
        let may_read = call.viewer.may(Permission::InteractionsRead);
        Ok(Some(InteractionRecordPayload {
            results: records
                .map(|records| records.0)
                .unwrap_or_default()
                .into_iter()
                .map(|row| result(row, may_read))
                .collect(),
            user_errors,
            dry_run: dry_run.map(|dry_run| dry_run.shown_to(may_read)),
        }))
    }
}

fn result(row: Result<Recorded, Vec<UserError>>, may_read: bool) -> InteractionRecordResult {
    match row {
        Ok(recorded) => InteractionRecordResult {
            outcome: Some(recorded.effect.into()),
            interaction: may_read.then(|| recorded.row.into()),
            user_errors: Vec::new(),
        },
        Err(errors) => InteractionRecordResult {
            outcome: None,
            interaction: None,
            user_errors: problems(errors),
        },
    }
}

/// What became of the rows, as it is remembered for a repetition: ids and effects.
struct Records(RowResults<Recorded>);

impl Outcome for Records {
    fn record(&self) -> Json {
        let rows: Vec<Result<(InteractionId, Effect), &Vec<UserError>>> = self
            .0
            .iter()
            .map(|row| row.as_ref().map(|recorded| (recorded.row.id, recorded.effect)))
            .collect();
        serde_json::to_value(rows).unwrap_or_default()
    }

    async fn replay(call: &Call, recorded: Json) -> Result<Self, WriteError> {
        let recorded: RowResults<(InteractionId, Effect)> = serde_json::from_value(recorded).unwrap_or_default();
        let ids: Vec<InteractionId> = recorded.iter().filter_map(|row| Some(row.as_ref().ok()?.0)).collect();
        let rows: HashMap<InteractionId, Model> = visibility::writable_by(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        Ok(Self(
            recorded
                .into_iter()
                .map(|row| {
                    let (id, effect) = row?;
                    let row = rows.get(&id).cloned();
                    row.map(|row| Recorded { row, effect })
                        .ok_or_else(|| vec![UserError::not_found("", "contact any more")])
                })
                .collect(),
        ))
    }
}
