//! `orderActivityUpsert`: what a source tells about what happened to its orders, many at once.

use std::collections::HashMap;

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use entity::{
    id::OrderActivityId,
    order_activity::{Column, Model},
};
use sea_orm::{ColumnTrait, QueryFilter, entity::prelude::Json};

use super::{
    draft::OrderActivityDraft,
    input::OrderActivityRow,
    object::OrderActivity,
    upsert::{Upserted, upsert},
};
use crate::{
    auth::{Permission, guard},
    features::order::{draft::Effect, visibility},
    graphql::{
        BulkErrorPolicy, ContextExt, DryRunResult, Problem, RowResults, check_rows, payload, problems, write_rows,
    },
    work::{Call, Outcome, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrderActivityUpsertMutation;

/// What a source tells about what happened to its orders.
#[derive(Debug, InputObject)]
pub struct OrderActivityUpsertInput {
    /// The activities, at most 1,000.
    activities: Vec<OrderActivityRow>,
    /// What becomes of the others when a row is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key is answered with the first result.
    idempotency_key: Option<String>,
}

/// What `orderActivityUpsert` answers.
#[derive(Debug, SimpleObject)]
pub struct OrderActivityUpsertPayload {
    /// One result per row, in the order of the input; empty when everything was refused.
    results: Vec<OrderActivityUpsertResult>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// What became of one row of `orderActivityUpsert`.
#[derive(Debug, SimpleObject)]
pub struct OrderActivityUpsertResult {
    /// What was done; null when the row was refused.
    outcome: Option<OrderActivityUpsertOutcome>,
    /// The activity as it is now; null for who may not see it.
    activity: Option<OrderActivity>,
    /// What is wrong with the row.
    user_errors: Vec<Problem>,
}

/// What was done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::features::order::draft::Effect")]
pub enum OrderActivityUpsertOutcome {
    /// The activity is new.
    Created,
    /// The activity was changed.
    Updated,
    /// The activity said the same already.
    Unchanged,
    /// The activity was told something newer before, and was left as it is.
    Stale,
}

#[Object]
impl OrderActivityUpsertMutation {
    /// Takes over what a source tells about what happened to its orders: returns, claims, exchanges, refunds, credits and
    /// notes. An activity is known by its order, its `kind` and its `externalId`; the order must be linked already. Rows
    /// may come late or twice: a row with an older `sourceUpdatedAt` than the activity was last told is left out
    /// (`STALE`, which is not an error), one with the same time counts, because clocks may be coarse. Refunds and returns
    /// count from then on, unless their state is `canceled`, `failed`, `rejected` or `declined`. Requires `orders:write`.
    #[graphql(
        guard = "guard::orders_write",
        visible = "guard::shows::orders_write",
        tag = "admin",
        requires_scopes = "orders:write"
    )]
    async fn order_activity_upsert(
        &self,
        ctx: &Context<'_>,
        input: OrderActivityUpsertInput,
    ) -> Result<Option<OrderActivityUpsertPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("orderActivityUpsert", input.idempotency_key, input.dry_run, None)?;
        let policy = input.error_policy;
        let written = match check_rows("activities", input.activities.len(), call.limits.bulk_rows) {
            Ok(()) => {
                let rows: RowResults<OrderActivityDraft> =
                    input.activities.into_iter().map(OrderActivityRow::draft).collect();
                call.write(options, async move |unit: &mut crate::work::UnitOfWork| {
                    let results = write_rows(rows.clone(), async |drafts| upsert(unit, drafts).await).await?;
                    Ok(Upserts(policy.judge("activities", results)?))
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (upserts, user_errors, dry_run) = payload(call, written)?;
        let may_read = call.viewer.may(Permission::OrdersRead);
        Ok(Some(OrderActivityUpsertPayload {
            results: upserts
                .map(|upserts| upserts.0)
                .unwrap_or_default()
                .into_iter()
                .map(|row| result(row, may_read))
                .collect(),
            user_errors,
            dry_run: dry_run.map(|dry_run| dry_run.shown_to(may_read)),
        }))
    }
}

fn result(row: Result<Upserted, Vec<UserError>>, may_read: bool) -> OrderActivityUpsertResult {
    match row {
        Ok(upserted) => OrderActivityUpsertResult {
            outcome: Some(upserted.effect.into()),
            activity: may_read.then(|| upserted.activity.into()),
            user_errors: Vec::new(),
        },
        Err(errors) => OrderActivityUpsertResult {
            outcome: None,
            activity: None,
            user_errors: problems(errors),
        },
    }
}

/// What became of the rows, as it is remembered for a repetition: ids and effects.
struct Upserts(RowResults<Upserted>);

impl Outcome for Upserts {
    fn record(&self) -> Json {
        let rows: Vec<Result<(OrderActivityId, Effect), &Vec<UserError>>> = self
            .0
            .iter()
            .map(|row| row.as_ref().map(|upserted| (upserted.activity.id, upserted.effect)))
            .collect();
        serde_json::to_value(rows).unwrap_or_default()
    }

    async fn replay(call: &Call, recorded: Json) -> Result<Self, WriteError> {
        let recorded: RowResults<(OrderActivityId, Effect)> = serde_json::from_value(recorded).unwrap_or_default();
        let ids: Vec<OrderActivityId> = recorded.iter().filter_map(|row| Some(row.as_ref().ok()?.0)).collect();
        let activities: HashMap<OrderActivityId, Model> = visibility::activities_writable_by(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await?
            .into_iter()
            .map(|activity| (activity.id, activity))
            .collect();
        Ok(Self(
            recorded
                .into_iter()
                .map(|row| {
                    let (id, effect) = row?;
                    let activity = activities.get(&id).cloned();
                    activity
                        .map(|activity| Upserted { activity, effect })
                        .ok_or_else(|| vec![UserError::not_found("", "activity any more")])
                })
                .collect(),
        ))
    }
}
