//! How often somebody may try: counted before anything is computed, for all processes together.
//!
//! Two things are counted: attempts on one account, wherever they come from, and attempts from one network, whatever
//! they are on. Counting is a sliding window kept in the database, so that a second process or a restart gives nobody
//! new tries. Nothing is ever locked for good: past the limit each further try waits 1, 2, 4 … at most 15 minutes, and
//! tries that are refused do not make the wait longer. Success resets nothing, so nobody can win tries with an account
//! of their own. A network from which the account's owner has logged in lately is counted apart, so that strangers
//! cannot lock the owner out.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    auth_identity,
    provider_identity::{self, PASSWORD},
    rate_limit::{ActiveModel, Column, Entity, Model},
    session,
};
use moka::sync::Cache;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, JoinType, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict, Order, Query, SimpleExpr},
};
use tokio::sync::{Mutex, MutexGuard};

use super::secret_hash;
use crate::work::{Call, Once, UnitOfWork, WriteError, WriteOptions};

/// The window in which the attempts on an account are counted.
const ACCOUNT_WINDOW: Duration = Duration::from_secs(15 * 60);

/// The window in which the attempts from a network are counted.
const NETWORK_WINDOW: Duration = Duration::from_secs(60);

/// The longest that anybody must wait, in minutes.
const LONGEST_WAIT: i64 = 15;

/// For how long a count is kept: longer than two windows and the longest wait.
const KEPT: TimeDelta = TimeDelta::hours(1);

/// How many lines there are to wait in.
const LINES: usize = 256;

/// For how long a network is known from which somebody logged in.
const KNOWN: TimeDelta = TimeDelta::days(30);

/// Which buckets are full, as far as this process knows: a flood does not reach the database.
///
/// Attempts that are counted in one row wait for each other here, where they hold no connection to the database: a flood
/// on one account or from one network would else hold all of them, waiting for the row.
#[derive(Clone, Debug)]
pub struct RateLimits {
    blocked: Cache<String, DateTime<Utc>>,
    lines: Arc<[Mutex<()>; LINES]>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            blocked: Cache::builder()
                .max_capacity(100_000)
                .time_to_live(Duration::from_secs(15 * 60))
                .build(),
            lines: Arc::new(std::array::from_fn(|_| Mutex::new(()))),
        }
    }
}

impl RateLimits {
    /// Waits for everybody who came before and counts in one of the same rows.
    async fn line_up(&self, rules: &[Rule]) -> Vec<MutexGuard<'_, ()>> {
        let line = |rule: &Rule| {
            rule.bucket
                .bytes()
                .fold(0, |sum, byte| (sum * 31 + usize::from(byte)) % LINES)
        };
        // Always in the same order, so that nobody waits in a circle.
        let lines: BTreeSet<usize> = rules.iter().map(line).collect();
        let mut places = Vec::with_capacity(lines.len());
        for line in lines {
            places.push(self.lines[line].lock().await);
        }
        places
    }
}

/// What is counted, and how much of it is allowed.
struct Rule {
    bucket: String,
    limit: u32,
    window: Duration,
    /// Whether those who go on trying wait longer each time, and get one try after each wait.
    backs_off: bool,
}

/// Counts an attempt to do something with the account of a normalized e-mail address: a log-in, a registration, a
/// mail to it. Call it before anything about the address is looked up or computed.
///
/// # Errors
/// [`WriteError::Limited`] when there were too many.
pub async fn count_account(call: &Arc<Call>, what: &str, email: &str) -> Result<(), WriteError> {
    check_network(call)?;
    let is_at_home = find_at_home(call, email).await?;
    count_account_of(call, what, email, is_at_home).await
}

/// The same where it is known already whether the account's owner has logged in from this network ([`is_at_home`]).
///
/// # Errors
/// [`WriteError::Limited`] when there were too many.
pub async fn count_account_of(call: &Arc<Call>, what: &str, email: &str, is_at_home: bool) -> Result<(), WriteError> {
    let network = call.client.network();
    let account = if is_at_home {
        format!("account {what} {email} {network}")
    } else {
        format!("account {what} {email}")
    };
    let account = Rule {
        bucket: account,
        limit: call.policy.attempts_per_account,
        window: ACCOUNT_WINDOW,
        backs_off: true,
    };
    count(call, vec![network_rule(call), account]).await
}

/// Refuses where this process knows already that there were too many attempts from the network.
///
/// # Errors
/// [`WriteError::Limited`].
pub fn check_network(call: &Call) -> Result<(), WriteError> {
    check_blocked(call, &secret_hash(&network_rule(call).bucket))
}

/// Counts an attempt to use a secret, such as a token, which is on no account that is known before.
///
/// # Errors
/// [`WriteError::Limited`] when there were too many from the same network.
pub async fn count_network(call: &Arc<Call>) -> Result<(), WriteError> {
    count(call, vec![network_rule(call)]).await
}

fn network_rule(call: &Call) -> Rule {
    Rule {
        bucket: format!("network {}", call.client.network()),
        limit: call.policy.attempts_per_network,
        window: NETWORK_WINDOW,
        backs_off: false,
    }
}

/// Whether the identity of the row that is looked at has logged in from this network lately.
#[must_use]
pub fn is_at_home(call: &Call) -> SimpleExpr {
    // Elsewhere its comparisons are in the way of those of numbers.
    use sea_orm::sea_query::ExprTrait as _;
    let Some(prefix) = call.client.prefix() else {
        return Expr::val(false);
    };
    let sessions = Query::select()
        .expr(Expr::val(1))
        .from(session::Entity)
        .and_where(
            Expr::col((session::Entity, session::Column::AuthIdentityId))
                .equals((auth_identity::Entity, auth_identity::Column::Id)),
        )
        .and_where(session::Column::IpPrefix.eq(prefix))
        // Where a staff user acted as the customer, the customer is not at home.
        .and_where(session::Column::ImpersonatorId.is_null())
        .and_where(session::Column::CreatedAt.gt(call.now() - KNOWN))
        .take();
    Expr::exists(sessions)
}

async fn find_at_home(call: &Call, email: &str) -> Result<bool, DbErr> {
    let found: Option<bool> = provider_identity::Entity::find()
        .select_only()
        .expr(is_at_home(call))
        .join(
            JoinType::InnerJoin,
            provider_identity::Entity::belongs_to(auth_identity::Entity)
                .from(provider_identity::Column::AuthIdentityId)
                .to(auth_identity::Column::Id)
                .into(),
        )
        // Other providers have names of their own for people, and the index begins with the provider.
        .filter(provider_identity::Column::Provider.eq(PASSWORD))
        .filter(provider_identity::Column::Subject.eq(email))
        .into_tuple()
        .one(call.db())
        .await?;
    Ok(found.unwrap_or(false))
}

/// Refuses where this process knows that a bucket is full, without asking the database.
fn check_blocked(call: &Call, bucket: &str) -> Result<(), WriteError> {
    let now = call.now();
    match call.rate_limits.blocked.get(bucket) {
        Some(until) if until > now => Err(limited(until, now)),
        _ => Ok(()),
    }
}

async fn count(call: &Arc<Call>, rules: Vec<Rule>) -> Result<(), WriteError> {
    let now = call.now();
    let rules: Vec<Rule> = rules
        .into_iter()
        .map(|rule| Rule {
            bucket: secret_hash(&rule.bucket),
            ..rule
        })
        .collect();
    for rule in &rules {
        check_blocked(call, &rule.bucket)?;
    }
    let _places = call.rate_limits.line_up(&rules).await;
    // Those before may have used up the last tries.
    for rule in &rules {
        check_blocked(call, &rule.bucket)?;
    }
    let options = WriteOptions {
        mutation: "rateLimit",
        ..WriteOptions::default()
    };
    let rules = Arc::new(rules);
    let counted = Arc::clone(&rules);
    let written = call
        .write(options, async move |unit: &mut UnitOfWork| {
            let buckets: Vec<&str> = counted.iter().map(|rule| rule.bucket.as_str()).collect();
            let mut rows = lock(unit, &buckets).await?;
            let mut judged = Vec::with_capacity(counted.len());
            let mut refused = None;
            for (position, rule) in counted.iter().enumerate() {
                let Some(mut row) = rows.remove(&rule.bucket) else {
                    continue;
                };
                let verdict = judge(&mut row, rule, unit.now());
                judged.push(row.into_active_model().reset_all());
                if let Err(until) = verdict {
                    refused = Some((position, until));
                    break;
                }
            }
            // Every row exists, so this only ever updates.
            Entity::insert_many(judged)
                .on_conflict(
                    OnConflict::column(Column::Bucket)
                        .update_columns([
                            Column::WindowStartedAt,
                            Column::Attempts,
                            Column::PreviousAttempts,
                            Column::Strikes,
                            Column::BlockedUntil,
                            Column::UpdatedAt,
                        ])
                        .to_owned(),
                )
                .exec_without_returning(unit.db())
                .await?;
            Ok::<_, WriteError>(Once(refused))
        })
        .await?;
    match written.value.0 {
        None => Ok(()),
        Some((position, until)) => {
            call.rate_limits.blocked.insert(rules[position].bucket.clone(), until);
            Err(limited(until, now))
        }
    }
}

/// Removes counts that nothing was added to for so long that they hold nobody back; answers how many.
///
/// # Errors
/// Faults.
pub async fn sweep(unit: &UnitOfWork, most: u64) -> Result<u64, DbErr> {
    let old = Query::select()
        .column(Column::Bucket)
        .from(Entity)
        .and_where(Column::UpdatedAt.lt(unit.now() - KEPT))
        .order_by(Column::UpdatedAt, Order::Asc)
        .limit(most)
        .take();
    let removed = Entity::delete_many()
        .filter(Column::Bucket.in_subquery(old))
        .exec(unit.db())
        .await?;
    Ok(removed.rows_affected)
}

/// The rows of all buckets, made where there are none, and locked in the order given.
pub(super) async fn lock(unit: &UnitOfWork, buckets: &[&str]) -> Result<HashMap<String, Model>, WriteError> {
    let new = buckets.iter().map(|bucket| ActiveModel {
        bucket: Set((*bucket).to_owned()),
        window_started_at: Set(unit.now()),
        attempts: Set(0),
        previous_attempts: Set(0),
        strikes: Set(0),
        blocked_until: Set(None),
        updated_at: Set(unit.now()),
    });
    // An update that changes nothing but locks: of many first attempts at once, each waits for the one before.
    let rows = Entity::insert_many(new)
        .on_conflict(
            OnConflict::column(Column::Bucket)
                .value(Column::UpdatedAt, Expr::val(unit.now()))
                .to_owned(),
        )
        .exec_with_returning(unit.db())
        .await?;
    Ok(rows.into_iter().map(|row| (row.bucket.clone(), row)).collect())
}

/// Counts one attempt; the error says until when it is refused.
fn judge(row: &mut Model, rule: &Rule, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
    row.updated_at = now;
    if let Some(until) = row.blocked_until
        && until > now
    {
        return Err(until);
    }
    let window = TimeDelta::from_std(rule.window).unwrap_or(TimeDelta::MAX);
    // A clock that was set back must not keep anybody waiting.
    let age = (now - row.window_started_at).max(TimeDelta::zero());
    if age >= window + window {
        (row.previous_attempts, row.attempts, row.strikes) = (0, 0, 0);
        (row.window_started_at, row.blocked_until) = (now, None);
    } else if age >= window {
        (row.previous_attempts, row.attempts) = (row.attempts, 0);
        row.window_started_at += window;
    }
    let age = (now - row.window_started_at).max(TimeDelta::zero());
    let left = (window - age).num_milliseconds().max(0);
    let carried = i64::from(row.previous_attempts) * left / window.num_milliseconds().max(1);
    if i64::from(row.attempts) + carried < i64::from(rule.limit) {
        row.attempts += 1;
        return Ok(());
    }
    if !rule.backs_off {
        return Err(row.window_started_at + window);
    }
    let has_waited = row.blocked_until.is_some();
    let wait = TimeDelta::minutes((1_i64 << row.strikes.clamp(0, 4)).min(LONGEST_WAIT));
    row.blocked_until = Some(now + wait);
    row.strikes = (row.strikes + 1).min(5);
    if has_waited {
        row.attempts += 1;
        Ok(())
    } else {
        Err(now + wait)
    }
}

fn limited(until: DateTime<Utc>, now: DateTime<Utc>) -> WriteError {
    let wait = (until - now).num_milliseconds().max(1);
    WriteError::Limited {
        retry_after: u32::try_from(wait.div_euclid(1_000) + i64::from(wait % 1_000 > 0)).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(now: DateTime<Utc>) -> Model {
        Model {
            bucket: String::new(),
            window_started_at: now,
            attempts: 0,
            previous_attempts: 0,
            strikes: 0,
            blocked_until: None,
            updated_at: now,
        }
    }

    fn rule(backs_off: bool) -> Rule {
        Rule {
            bucket: String::new(),
            limit: 10,
            window: ACCOUNT_WINDOW,
            backs_off,
        }
    }

    #[test]
    fn past_the_limit_each_further_try_waits_longer_but_never_for_good() {
        let mut now = DateTime::from_timestamp_millis(1_800_000_000_000).unwrap_or_default();
        let mut row = row(now);
        let rule = rule(true);
        for _ in 0..10 {
            assert!(judge(&mut row, &rule, now).is_ok());
        }
        let mut waits = Vec::new();
        for _ in 0..5 {
            let Err(until) = judge(&mut row, &rule, now) else {
                break;
            };
            waits.push((until - now).num_minutes());
            // Tries that are refused do not make the wait longer.
            assert_eq!(judge(&mut row, &rule, now), Err(until));
            now = until;
            assert!(judge(&mut row, &rule, now).is_ok(), "one try after each wait");
        }
        assert_eq!(waits, [1, 2, 4, 8, 15]);
    }

    #[test]
    fn a_burst_at_the_end_of_a_window_counts_in_the_next_one() {
        let start = DateTime::from_timestamp_millis(1_800_000_000_000).unwrap_or_default();
        let mut row = row(start);
        let rule = rule(false);
        let late = start + TimeDelta::minutes(14);
        for _ in 0..10 {
            assert!(judge(&mut row, &rule, late).is_ok());
        }
        assert!(judge(&mut row, &rule, late).is_err());
        let next = start + TimeDelta::minutes(16);
        let allowed = (0..10).filter(|_| judge(&mut row, &rule, next).is_ok()).count();
        assert!(allowed <= 1, "{allowed} more after two minutes");
        assert!(judge(&mut row, &rule, start + TimeDelta::minutes(31)).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out_for_long() {
        let start = DateTime::from_timestamp_millis(1_800_000_000_000).unwrap_or_default();
        let mut row = row(start);
        assert!(judge(&mut row, &rule(true), start - TimeDelta::hours(1)).is_ok());
    }
}
