//! How processes share the queue: each job is one process's for as long as its lease holds.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    id::JobId,
    job::{Column, Entity, Model, State},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, LockBehavior, LockType},
};

use super::{
    context::Progress,
    handler::JobHandlers,
    service::{finish, tell},
};
use crate::work::{ReadConnection, UnitOfWork, WriteError};

/// For how long a process has a job that it says nothing about.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);

/// The longest wait between two attempts.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// The most characters of why an attempt failed.
const REASON: usize = 255;

/// By what a process shows that a job is its own.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The job.
    pub id: JobId,
    /// Made anew each time that the job is taken.
    pub token: String,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The handler did what it could.
    Done,
    /// It failed, and may go well another time.
    Again {
        /// Why.
        reason: String,
        /// How many attempts there are.
        most: i32,
    },
    /// It failed, and would fail again.
    Failed {
        /// Why.
        reason: String,
    },
    /// It is to go on after this time; that is no failure.
    Later {
        /// How long to wait.
        after: TimeDelta,
        /// For what.
        reason: Option<String>,
    },
    /// Somebody did not want it any more.
    Cancelled,
}

fn due(now: DateTime<Utc>, handlers: &JobHandlers) -> Select<Entity> {
    Entity::find()
        .filter(Column::NextRunAt.lte(now))
        .filter(Column::Kind.is_in(handlers.kinds()))
}

/// Whether a job of these kinds is due.
///
/// # Errors
/// Faults.
pub async fn is_due(db: &ReadConnection, now: DateTime<Utc>, handlers: &JobHandlers) -> Result<bool, DbErr> {
    let first: Option<JobId> = due(now, handlers)
        .select_only()
        .column(Column::Id)
        .order_by_asc(Column::NextRunAt)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(first.is_some())
}

/// Takes jobs that are due, so that no other process runs them. Those whose process died once too often are given up.
///
/// # Errors
/// Faults.
pub async fn claim(unit: &mut UnitOfWork, handlers: &JobHandlers, most: u64) -> Result<Vec<Model>, DbErr> {
    let rows = due(unit.now(), handlers)
        .order_by_asc(Column::NextRunAt)
        .order_by_asc(Column::Id)
        .limit(most)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(unit.db())
        .await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for mut row in rows {
        let before = row.state;
        row.version += 1;
        row.updated_at = unit.now();
        if row.cancel_requested_at.is_some() {
            finish(unit, &mut row, State::Cancelled);
        } else if row.attempts >= handlers.of(&row.kind).map_or(1, |handler| handler.attempts()) {
            row.last_error = Some("the process that ran it ended each time".to_owned());
            finish(unit, &mut row, State::Failed);
        } else {
            row.state = State::Running;
            row.attempts += 1;
            row.lease_token = Some(unit.call().ids.token());
            row.next_run_at = Some(unit.now() + LEASE);
            row.started_at = row.started_at.or(Some(unit.now()));
        }
        Entity::update(row.clone().into_active_model().reset_all())
            .exec_without_returning(unit.db())
            .await?;
        if row.state == State::Running {
            claimed.push(row);
        } else {
            tell(unit, before, &row, "job.finished");
        }
    }
    Ok(claimed)
}

/// The row, locked, when it still is whose who asks.
///
/// # Errors
/// Faults.
pub async fn hold(unit: &UnitOfWork, lease: &Lease) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(lease.id)
        .filter(Column::LeaseToken.eq(&lease.token))
        .lock_exclusive()
        .one(unit.db())
        .await
}

/// Says that the process is still at it; answers whether the job is still its own, and whether it shall go on.
///
/// # Errors
/// Faults.
pub async fn beat(unit: &UnitOfWork, lease: &Lease) -> Result<Option<bool>, DbErr> {
    let Some(row) = hold(unit, lease).await? else {
        return Ok(None);
    };
    Entity::update_many()
        .col_expr(Column::NextRunAt, Expr::val(unit.now() + LEASE))
        .filter(Column::Id.eq(lease.id))
        .exec(unit.db())
        .await?;
    Ok(Some(row.cancel_requested_at.is_none()))
}

/// Keeps how far a job is, together with what was done to come there. The row is held ([`hold`]).
///
/// # Errors
/// Faults.
pub(super) async fn keep(unit: &UnitOfWork, mut row: Model, progress: &Progress) -> Result<(), DbErr> {
    progress.write(&mut row);
    row.next_run_at = Some(unit.now() + LEASE);
    row.updated_at = unit.now();
    Entity::update(row.into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    Ok(())
}

/// Writes down how an attempt ended. Whoever lost the lease changes nothing; answers whether it was theirs.
///
/// # Errors
/// Faults.
pub async fn settle(unit: &mut UnitOfWork, lease: &Lease, ending: &Ending) -> Result<bool, WriteError> {
    let Some(mut row) = hold(unit, lease).await? else {
        return Ok(false);
    };
    let before = row.state;
    match ending {
        Ending::Done => {
            let state = match (row.failed, row.succeeded) {
                (0, _) => State::Succeeded,
                (_, 0) => State::Failed,
                _ => State::Partial,
            };
            finish(unit, &mut row, state);
        }
        Ending::Failed { reason } => {
            row.last_error = Some(short(reason));
            finish(unit, &mut row, State::Failed);
        }
        Ending::Again { reason, most } => {
            row.last_error = Some(short(reason));
            if row.attempts >= *most {
                finish(unit, &mut row, State::Failed);
            } else {
                let wait = wait(row.attempts);
                put_back(unit, &mut row, wait);
            }
        }
        Ending::Later { after, reason } => {
            if let Some(reason) = reason {
                row.last_error = Some(short(reason));
            }
            row.attempts -= 1;
            put_back(unit, &mut row, *after);
        }
        Ending::Cancelled => finish(unit, &mut row, State::Cancelled),
    }
    row.version += 1;
    row.updated_at = unit.now();
    Entity::update(row.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    if row.finished_at.is_some() && !(row.is_quiet && row.state == State::Succeeded) {
        tell(unit, before, &row, "job.finished");
    }
    Ok(true)
}

fn put_back(unit: &mut UnitOfWork, row: &mut Model, wait: TimeDelta) {
    row.state = State::Queued;
    row.lease_token = None;
    row.next_run_at = Some(unit.now() + wait);
}

/// Five seconds after the first attempt, and twice as long after each further one.
fn wait(attempts: i32) -> TimeDelta {
    let doubled = u32::try_from(attempts - 1).unwrap_or_default().min(16);
    (TimeDelta::seconds(5) * (1 << doubled)).min(LONGEST_WAIT)
}

fn short(reason: &str) -> String {
    reason.chars().take(REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_as_long_up_to_an_hour() {
        let waits: Vec<i64> = [1, 2, 3, 10, 11, 100]
            .map(|attempts| wait(attempts).num_seconds())
            .into();
        assert_eq!(waits, [5, 10, 20, 2_560, 3_600, 3_600]);
    }
}
