//! `orderLinkUpsert`: what a source tells about its orders, many at once.

use std::collections::HashMap;

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use entity::{
    id::OrderLinkId,
    order_link::{Column, Model},
};
use sea_orm::{ColumnTrait, QueryFilter, entity::prelude::Json};

use super::{
    draft::{Effect, OrderLinkDraft, Upserted},
    input::OrderLinkRow,
    object::OrderLink,
    upsert::upsert,
    visibility,
};
use crate::{
    auth::{Permission, guard},
    graphql::{
        BulkErrorPolicy, ContextExt, DryRunResult, Problem, RowResults, check_rows, payload, problems, write_rows,
    },
    work::{Call, Outcome, UserError, WriteError},
};

/// The most lines in one input.
const LINES: usize = 10_000;

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrderLinkUpsertMutation;

/// What a source tells about its orders.
#[derive(Debug, InputObject)]
pub struct OrderLinkUpsertInput {
    /// The orders, at most 1,000, with at most 10,000 lines in all.
    orders: Vec<OrderLinkRow>,
    /// What becomes of the others when a row is wrong.
    #[graphql(default)]
    error_policy: BulkErrorPolicy,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key is answered with the first result.
    idempotency_key: Option<String>,
}

/// What `orderLinkUpsert` answers.
#[derive(Debug, SimpleObject)]
pub struct OrderLinkUpsertPayload {
    /// One result per row, in the order of the input; empty when everything was refused.
    results: Vec<OrderLinkUpsertResult>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

/// What became of one row of `orderLinkUpsert`.
#[derive(Debug, SimpleObject)]
pub struct OrderLinkUpsertResult {
    /// What was done; null when the row was refused.
    outcome: Option<OrderLinkUpsertOutcome>,
    /// The link as it is now; null for who may not see it.
    order_link: Option<OrderLink>,
    /// What is wrong with the row.
    user_errors: Vec<Problem>,
}

/// What was done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::draft::Effect")]
pub enum OrderLinkUpsertOutcome {
    /// The link is new.
    Created,
    /// The link was changed.
    Updated,
    /// The link said the same already.
    Unchanged,
    /// The link was told something newer before, and was left as it is.
    Stale,
}

#[Object]
impl OrderLinkUpsertMutation {
    /// Takes over what a source tells about its orders: new orders are linked, known ones are changed. An order is
    /// known by its `source` and `orderId`. Rows may come late or twice: a row with an older `sourceUpdatedAt` than
    /// the link was last told is left out (`STALE`, which is not an error), one with the same time counts, because
    /// clocks may be coarse. Channels that are not known yet are made. Requires `orders:write`.
    #[graphql(
        guard = "guard::orders_write",
        visible = "guard::shows::orders_write",
        tag = "admin",
        requires_scopes = "orders:write"
    )]
    async fn order_link_upsert(
        &self,
        ctx: &Context<'_>,
        input: OrderLinkUpsertInput,
    ) -> Result<Option<OrderLinkUpsertPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("orderLinkUpsert", input.idempotency_key, input.dry_run, None)?;
        let policy = input.error_policy;
        let lines: usize = input.orders.iter().map(OrderLinkRow::line_count).sum();
        let checked = check_rows("orders", input.orders.len(), call.limits.bulk_rows).and_then(|()| {
            if lines > LINES {
                return Err(UserError::limit("orders", LINES, lines, "lines").into());
            }
            Ok(())
        });
        let written = match checked {
            Ok(()) => {
                let rows: RowResults<OrderLinkDraft> = input.orders.into_iter().map(OrderLinkRow::draft).collect();
                call.write(options, async move |unit: &mut crate::work::UnitOfWork| {
                    let results = write_rows(rows.clone(), async |drafts| upsert(unit, drafts).await).await?;
                    Ok(Upserts(policy.judge("orders", results)?))
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (upserts, user_errors, dry_run) = payload(call, written)?;
        let may_read = call.viewer.may(Permission::OrdersRead);
        Ok(Some(OrderLinkUpsertPayload {
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

fn result(row: Result<Upserted, Vec<UserError>>, may_read: bool) -> OrderLinkUpsertResult {
    match row {
        Ok(upserted) => OrderLinkUpsertResult {
            outcome: Some(upserted.effect.into()),
            order_link: may_read.then(|| upserted.link.into()),
            user_errors: Vec::new(),
        },
        Err(errors) => OrderLinkUpsertResult {
            outcome: None,
            order_link: None,
            user_errors: problems(errors),
        },
    }
}

/// What became of the rows, as it is remembered for a repetition: ids and effects.
struct Upserts(RowResults<Upserted>);

impl Outcome for Upserts {
    fn record(&self) -> Json {
        let rows: Vec<Result<(OrderLinkId, Effect), &Vec<UserError>>> = self
            .0
            .iter()
            .map(|row| row.as_ref().map(|upserted| (upserted.link.id, upserted.effect)))
            .collect();
        serde_json::to_value(rows).unwrap_or_default()
    }

    async fn replay(call: &Call, recorded: Json) -> Result<Self, WriteError> {
        let recorded: RowResults<(OrderLinkId, Effect)> = serde_json::from_value(recorded).unwrap_or_default();
        let ids: Vec<OrderLinkId> = recorded.iter().filter_map(|row| Some(row.as_ref().ok()?.0)).collect();
        let links: HashMap<OrderLinkId, Model> = visibility::writable_by(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await?
            .into_iter()
            .map(|link| (link.id, link))
            .collect();
        Ok(Self(
            recorded
                .into_iter()
                .map(|row| {
                    let (id, effect) = row?;
                    let link = links.get(&id).cloned();
                    link.map(|link| Upserted { link, effect })
                        .ok_or_else(|| vec![UserError::not_found("", "order any more")])
                })
                .collect(),
        ))
    }
}
