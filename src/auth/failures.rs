//! How many log-ins fail in the whole deployment, and the alarm when they are too many.
//!
//! Limits hold back who tries much on one account or from one network; who tries little on each of many, from many, is
//! seen here alone. Each process notes failures in memory and adds them to a count in the database every few seconds, so
//! that a flood does not become a flood of writes. The alarm is one line in the log and one event in the outbox, without a
//! word about anybody; while the attack goes on, it is given again after a quarter of an hour.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use chrono::TimeDelta;
use entity::{
    id::{OutboxEventId, PrefixedId},
    rate_limit::Model,
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use super::{rate_limit, secret_hash};
use crate::work::{Call, FieldChange, Once, Record, Topic, UnitOfWork, WriteError, WriteOptions};

/// In what time failures are counted.
const WINDOW: TimeDelta = TimeDelta::minutes(1);

/// For how long there is no other alarm after one.
const QUIET: TimeDelta = TimeDelta::minutes(15);

/// The failures that this process has not reported yet.
#[derive(Clone, Debug, Default)]
pub struct Failures(Arc<AtomicU32>);

impl Failures {
    /// Notes that somebody gave a wrong password, code or second factor.
    pub fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// More log-ins fail than should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// How many failed in the last minute, all processes together.
    pub failures: i64,
}

/// Adds what this process has noted to the count of all, and gives the alarm when it is due.
///
/// # Errors
/// Faults; nothing that was noted is lost then.
pub async fn report(call: &Arc<Call>) -> Result<Option<Alarm>, WriteError> {
    let noted = call.failures.0.swap(0, Ordering::Relaxed);
    let limit = i64::from(call.policy.failures_per_minute);
    if noted == 0 || limit == 0 {
        return Ok(None);
    }
    let options = WriteOptions {
        mutation: "failureReport",
        ..WriteOptions::default()
    };
    let written = call
        .write(options, async move |unit: &mut UnitOfWork| {
            count(unit, noted, limit).await.map(Once)
        })
        .await;
    let alarm = match written {
        Ok(written) => written.value.0,
        Err(error) => {
            call.failures.0.fetch_add(noted, Ordering::Relaxed);
            return Err(error);
        }
    };
    if let Some(Alarm { failures }) = alarm {
        tracing::warn!(
            event = "auth.failure_rate_exceeded",
            failures,
            limit,
            "more log-ins fail in a minute than should: somebody may be trying passwords"
        );
    }
    Ok(alarm)
}

async fn count(unit: &mut UnitOfWork, noted: u32, limit: i64) -> Result<Option<Alarm>, WriteError> {
    let bucket = secret_hash("failed log-ins");
    let mut rows = rate_limit::lock(unit, &[&bucket]).await?;
    let Some(mut row) = rows.remove(&bucket) else {
        return Ok(None);
    };
    let now = unit.now();
    // A clock that was set back must not keep the alarm from being given.
    let age = (now - row.window_started_at).max(TimeDelta::zero());
    if age >= WINDOW {
        (row.previous_attempts, row.window_started_at) = if age < WINDOW + WINDOW {
            (row.attempts, row.window_started_at + WINDOW)
        } else {
            (0, now)
        };
        row.attempts = 0;
    }
    row.attempts = row.attempts.saturating_add(i32::try_from(noted).unwrap_or(i32::MAX));
    row.updated_at = now;
    let failures = rate(&row, (now - row.window_started_at).max(TimeDelta::zero()));
    let is_quiet = row.blocked_until.is_some_and(|until| until > now);
    let alarm = (failures >= limit && !is_quiet).then_some(Alarm { failures });
    if alarm.is_some() {
        row.blocked_until = Some(now + QUIET);
        // Each alarm has a history of its own.
        let id: OutboxEventId = unit.new_id();
        unit.record(Record {
            topic: Topic("auth.failure_rate_exceeded"),
            subject: id.uuid(),
            begins: true,
            object: id.to_string(),
            version: 1,
            changes: vec![FieldChange {
                path: "failures".to_owned(),
                before: Value::Null,
                after: json!(failures),
            }],
        });
    }
    entity::rate_limit::Entity::update(row.into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    Ok(alarm)
}

/// How many there were in the last minute: those of the present window, and of the one before as much as is in it.
fn rate(row: &Model, age: TimeDelta) -> i64 {
    let left = (WINDOW - age).num_milliseconds().max(0);
    i64::from(row.attempts) + i64::from(row.previous_attempts) * left / WINDOW.num_milliseconds()
}
