//! What became of what was sent.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    id::WebhookEndpointId,
    webhook_delivery::{Column, Entity, Model, State},
    webhook_endpoint, webhook_lane,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Value,
    entity::prelude::Uuid,
    sea_query::{CaseStatement, Expr, ExprTrait, Query, SimpleExpr},
};

use super::{
    courier::Failure,
    queue::{Claimed, wait},
    service,
};
use crate::work::{UnitOfWork, WriteError, dialect};

/// For how long a delivery is tried, from when it was queued.
const TRIED: TimeDelta = TimeDelta::hours(24);

/// How long to wait after each attempt, in seconds; the last one counts for all that follow.
const DELAYS: [u32; 10] = [5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 21_600];

/// What became of a lane.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Which.
    pub subject: Uuid,
    /// The deliveries that the endpoint took, with the status that it answered.
    pub delivered: Vec<(i64, u16)>,
    /// The one that it did not take, after which no other was sent.
    pub failed: Option<(Model, Failure)>,
}

/// Notes what became of what was taken, and lets go of it; answers the deliveries that were given up. Of lanes that
/// somebody else has taken over meanwhile nothing is noted.
///
/// # Errors
/// Faults.
pub async fn settle(unit: &mut UnitOfWork, claimed: &Claimed, sent: &[Sent]) -> Result<Vec<Model>, WriteError> {
    wait(unit).await?;
    let held: Vec<Uuid> = webhook_lane::Entity::find()
        .select_only()
        .column(webhook_lane::Column::SubjectId)
        .filter(webhook_lane::Column::Lease.eq(claimed.lease))
        .into_tuple()
        .all(unit.db())
        .await?;
    let held: HashSet<Uuid> = held.into_iter().collect();
    let sent: Vec<&Sent> = sent.iter().filter(|sent| held.contains(&sent.subject)).collect();
    settle_delivered(unit, &sent).await?;
    let verdicts: Vec<Verdict<'_>> = sent
        .iter()
        .filter_map(|sent| sent.failed.as_ref())
        .map(|(row, failure)| Verdict {
            row,
            failure,
            next: next_attempt(unit.now(), row, failure),
        })
        .collect();
    settle_failed(unit, &verdicts).await?;
    let_go(unit, claimed.lease, &sent, &verdicts).await?;
    settle_endpoint(unit, claimed.endpoint.id, &verdicts).await?;
    let dead = verdicts.iter().filter(|verdict| verdict.next.is_none());
    Ok(dead.map(|verdict| verdict.row.clone()).collect())
}

/// What follows from an attempt that failed.
struct Verdict<'a> {
    row: &'a Model,
    failure: &'a Failure,
    /// When the next one is made; `None` when there is none.
    next: Option<DateTime<Utc>>,
}

/// When a delivery is tried again: seconds later at first, hours later at last, once more a day after it was queued, and
/// then never. One that has waited for a day behind others is tried once.
fn next_attempt(now: DateTime<Utc>, row: &Model, failure: &Failure) -> Option<DateTime<Utc>> {
    let last = row.created_at + TRIED;
    if failure.is_gone || now >= last {
        return None;
    }
    let place = usize::try_from(row.attempts).unwrap_or_default().min(DELAYS.len() - 1);
    // A fifth more or less, so that what failed together does not come again together.
    let jitter = i64::from(rand::random_range(80_u32..=120));
    let delay = failure
        .pause
        .unwrap_or_else(|| TimeDelta::milliseconds(i64::from(DELAYS[place]) * 10 * jitter));
    Some(Ord::min(now + delay, last))
}

async fn settle_delivered(unit: &UnitOfWork, sent: &[&Sent]) -> Result<(), DbErr> {
    let mut by_status: HashMap<u16, Vec<i64>> = HashMap::new();
    for (number, status) in sent.iter().flat_map(|sent| &sent.delivered) {
        by_status.entry(*status).or_default().push(*number);
    }
    for (status, numbers) in by_status {
        Entity::update_many()
            .col_expr(Column::State, Expr::val(State::Delivered))
            .col_expr(Column::Attempts, dialect::column(Column::Attempts).add(1))
            .col_expr(Column::LastStatus, Expr::val(i32::from(status)))
            .col_expr(Column::LastError, Expr::val(None::<String>))
            .col_expr(Column::NextAttemptAt, Expr::val(None::<DateTime<Utc>>))
            .col_expr(Column::SettledAt, Expr::val(unit.now()))
            .filter(Column::Number.is_in(numbers))
            .filter(Column::State.eq(State::Pending))
            .exec(unit.db())
            .await?;
    }
    Ok(())
}

async fn settle_failed(unit: &UnitOfWork, verdicts: &[Verdict<'_>]) -> Result<(), DbErr> {
    if verdicts.is_empty() {
        return Ok(());
    }
    let each = |column: Column, value: &dyn Fn(&Verdict<'_>) -> Value| -> SimpleExpr {
        let case = verdicts.iter().fold(CaseStatement::new(), |case, verdict| {
            case.case(Column::Number.eq(verdict.row.number), Expr::val(value(verdict)))
        });
        case.finally(dialect::column(column)).into()
    };
    let state = |verdict: &Verdict<'_>| match verdict.next {
        Some(_) => State::Pending,
        None => State::Dead,
    };
    let settled_at = |verdict: &Verdict<'_>| verdict.next.is_none().then(|| unit.now());
    let reason = |verdict: &Verdict<'_>| verdict.failure.reason.chars().take(255).collect::<String>();
    Entity::update_many()
        .col_expr(Column::Attempts, dialect::column(Column::Attempts).add(1))
        .col_expr(Column::State, each(Column::State, &|verdict| state(verdict).into()))
        .col_expr(
            Column::LastStatus,
            each(Column::LastStatus, &|verdict| {
                verdict.failure.status.map(i32::from).into()
            }),
        )
        .col_expr(
            Column::LastError,
            each(Column::LastError, &|verdict| reason(verdict).into()),
        )
        .col_expr(
            Column::NextAttemptAt,
            each(Column::NextAttemptAt, &|verdict| verdict.next.into()),
        )
        .col_expr(
            Column::SettledAt,
            each(Column::SettledAt, &|verdict| settled_at(verdict).into()),
        )
        .filter(Column::Number.is_in(verdicts.iter().map(|verdict| verdict.row.number)))
        .filter(Column::State.eq(State::Pending))
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Takes away the lanes in which nothing waits any more, and leaves the others to whoever comes next.
async fn let_go(unit: &UnitOfWork, lease: Uuid, sent: &[&Sent], verdicts: &[Verdict<'_>]) -> Result<(), DbErr> {
    use webhook_lane::Column as Of;
    let waiting = Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(dialect::column(Column::EndpointId).eq(dialect::column(Of::EndpointId)))
        .and_where(dialect::column(Column::SubjectId).eq(dialect::column(Of::SubjectId)))
        .and_where(Column::State.eq(State::Pending))
        .take();
    webhook_lane::Entity::delete_many()
        .filter(Of::Lease.eq(lease))
        .filter(Expr::exists(waiting).not())
        .exec(unit.db())
        .await?;
    let mut due = CaseStatement::new();
    for verdict in verdicts {
        let next = verdict.next.unwrap_or_else(|| unit.now());
        due = due.case(Of::SubjectId.eq(verdict.row.subject_id), Expr::val(next));
    }
    // Whoever had a turn goes behind those who had none.
    let served: Vec<Uuid> = sent
        .iter()
        .filter(|sent| sent.failed.is_none() && !sent.delivered.is_empty())
        .map(|sent| sent.subject)
        .collect();
    due = due.case(Of::SubjectId.is_in(served), Expr::val(unit.now()));
    webhook_lane::Entity::update_many()
        .col_expr(Of::DueAt, due.finally(dialect::column(Of::DueAt)).into())
        .col_expr(Of::Lease, Expr::val(None::<Uuid>))
        .col_expr(Of::LeasedUntil, Expr::val(None::<DateTime<Utc>>))
        .filter(Of::Lease.eq(lease))
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Heeds what an endpoint has said about itself: that it is gone, or that it wants a pause.
async fn settle_endpoint(
    unit: &mut UnitOfWork,
    endpoint: WebhookEndpointId,
    verdicts: &[Verdict<'_>],
) -> Result<(), WriteError> {
    if verdicts.iter().any(|verdict| verdict.failure.is_gone) {
        return service::note_gone(unit, endpoint).await;
    }
    if let Some(pause) = verdicts.iter().filter_map(|verdict| verdict.failure.pause).max() {
        webhook_endpoint::Entity::update_many()
            .col_expr(webhook_endpoint::Column::PausedUntil, Expr::val(unit.now() + pause))
            .filter(webhook_endpoint::Column::Id.eq(endpoint))
            .exec(unit.db())
            .await?;
    }
    Ok(())
}
