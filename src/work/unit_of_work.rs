//! One transaction that carries a change and everything that must be true together with it.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use entity::{
    id::{OutboxEventId, PrefixedId},
    outbox_event, timeline_entry,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryTrait, RuntimeErr, SqlErr, Statement,
    entity::prelude::Uuid,
    sea_query::{CommonTableExpression, WithClause},
};

use super::{
    Call, FieldChange, Hooked, Outcome, UserError, WriteConnection, WriteError,
    idempotency::{self, Claim},
    timeline,
};
use crate::auth::Viewer;

/// How often a unit of work is run again when it lost a race.
const ATTEMPTS: u32 = 4;

/// What happened, as events and timeline entries name it: Medusa's words where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic(pub &'static str);

/// One object that a unit of work changed: becomes a timeline entry and an outbox event.
#[derive(Clone, Debug)]
pub struct Record {
    /// What happened.
    pub topic: Topic,
    /// Whose timeline it belongs to: a customer, an organization, or the object itself.
    pub subject: Uuid,
    /// Whether the subject is made by this very unit, so that its timeline begins here.
    pub begins: bool,
    /// The id of the changed object as the schema shows it.
    pub object: String,
    /// The version of the object after the change.
    pub version: i32,
    /// The fields that changed.
    pub changes: Vec<FieldChange>,
}

/// How a mutation wants to be written.
#[derive(Clone, Debug, Default)]
pub struct WriteOptions {
    /// The name of the mutation field.
    pub mutation: &'static str,
    /// The key under which a repetition is recognized, with the hash of the input it belongs to.
    pub idempotency: Option<(String, String)>,
    /// Run everything, answer with the changes, keep nothing.
    pub dry_run: bool,
    /// Why, in the words of the one who asks; goes into the timeline.
    pub reason: Option<String>,
    /// What was found out about it beforehand.
    pub hooked: Option<Arc<Hooked>>,
}

/// What a dry run would have done.
#[derive(Clone, Debug, Default)]
pub struct DryRun {
    /// The object and each of its fields that would change.
    pub changes: Vec<(String, FieldChange)>,
    /// The topics of the events that would be sent.
    pub events: Vec<&'static str>,
}

/// What a unit of work gave.
#[derive(Debug)]
pub struct Written<T> {
    /// What the body returned; for a repetition, what it returned the first time.
    pub value: T,
    /// Set when this was a dry run.
    pub dry_run: Option<DryRun>,
}

/// One transaction, and what it will say about itself.
#[derive(Debug)]
pub struct UnitOfWork {
    transaction: WriteConnection,
    call: Arc<Call>,
    now: DateTime<Utc>,
    records: Vec<Record>,
    /// Whether there are events to be heard of after the commit.
    has_events: bool,
    /// Whether there is work to be done after the commit.
    has_jobs: bool,
}

enum Lost {
    Race(DbErr),
    For(WriteError),
}

impl UnitOfWork {
    /// The transaction, for statements.
    #[must_use]
    pub fn db(&self) -> &WriteConnection {
        &self.transaction
    }

    /// Who is asking.
    #[must_use]
    pub fn viewer(&self) -> &Viewer {
        &self.call.viewer
    }

    /// The operation that this unit serves.
    #[must_use]
    pub fn call(&self) -> &Arc<Call> {
        &self.call
    }

    /// The instant of the whole unit.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// A new id.
    #[must_use]
    pub fn new_id<I: PrefixedId>(&self) -> I {
        self.call.ids.next(self.now)
    }

    /// Waits until every other unit of work is done that waited in the same line: for what many may try at once before
    /// there is a row to lock. On SQLite all of them wait for each other anyway.
    ///
    /// # Errors
    /// Faults.
    pub async fn wait_in_line(&self, line: &str) -> Result<(), DbErr> {
        let backend = self.call.database.backend();
        if backend == DbBackend::Postgres {
            let statement = Statement::from_sql_and_values(
                backend,
                "select 1 where pg_advisory_xact_lock(hashtextextended($1, 0)) is not null",
                [line.into()],
            );
            self.db().query_one_raw(statement).await?;
        }
        Ok(())
    }

    /// Calls the runner of this process, once this is committed, to look at the queue of jobs.
    pub fn call_runner(&mut self) {
        self.has_jobs = true;
    }

    /// Notes a change for the timeline and the outbox. A record without changed fields is dropped, unless it begins
    /// or ends something (then it has no need of fields).
    pub fn record(&mut self, record: Record) {
        self.records.push(record);
    }

    /// Runs `body` in a transaction and commits it together with its timeline, events and idempotency record.
    ///
    /// When the database reports a lost race (serialization failure, deadlock, a violated unique or foreign key) the
    /// body runs again from the start and sees what the winner wrote; it must therefore check what it is about to
    /// violate, and do nothing outside the database.
    pub(super) async fn run<T, F>(call: &Arc<Call>, options: WriteOptions, body: F) -> Result<Written<T>, WriteError>
    where
        T: Outcome,
        F: AsyncFn(&mut UnitOfWork) -> Result<T, WriteError>,
    {
        if !call.viewer.may_run(options.mutation) {
            return Err(UserError::new(
                super::ErrorCode::InvalidState,
                "",
                "This is not possible while acting as a customer.",
            )
            .into());
        }
        let mut attempt = 0;
        loop {
            attempt += 1;
            match Self::attempt(call, &options, &body).await {
                Ok(written) => return Ok(written),
                Err(Lost::For(error)) => return Err(error),
                Err(Lost::Race(error)) if attempt >= ATTEMPTS => {
                    tracing::warn!(mutation = options.mutation, attempt, "a unit of work lost every race");
                    return Err(if busy(&error) {
                        WriteError::from(UserError::new(
                            super::ErrorCode::Busy,
                            "",
                            "Others are changing the same data. Try again in a moment.",
                        ))
                    } else {
                        WriteError::Fault(error)
                    });
                }
                Err(Lost::Race(_)) => {
                    let jitter = u64::from(rand::random::<u8>()) / 8;
                    tokio::time::sleep(Duration::from_millis(5 * u64::from(attempt) + jitter)).await;
                }
            }
        }
    }

    async fn attempt<T, F>(call: &Arc<Call>, options: &WriteOptions, body: &F) -> Result<Written<T>, Lost>
    where
        T: Outcome,
        F: AsyncFn(&mut UnitOfWork) -> Result<T, WriteError>,
    {
        let transaction = call.database.begin(&call.statements).await.map_err(lost)?;
        let mut unit = Self {
            transaction,
            call: Arc::clone(call),
            now: call.now(),
            records: Vec::new(),
            has_events: false,
            has_jobs: false,
        };
        let given = unit.execute(options, body).await;
        match given {
            Ok((value, Some(dry_run))) => {
                unit.transaction.rollback().await.map_err(lost)?;
                Ok(Written {
                    value,
                    dry_run: Some(dry_run),
                })
            }
            Ok((value, None)) => {
                unit.transaction.commit().await.map_err(lost)?;
                if unit.has_events {
                    call.database.ring();
                }
                if unit.has_jobs {
                    call.database.call_runner();
                }
                Ok(Written { value, dry_run: None })
            }
            Err(error) => {
                // The first error is the one worth telling; a rollback that fails ends with the connection.
                let _ = unit.transaction.rollback().await;
                Err(match error {
                    WriteError::Fault(error) => lost(error),
                    refused @ (WriteError::Refused(_) | WriteError::Limited { .. } | WriteError::Overloaded) => {
                        Lost::For(refused)
                    }
                })
            }
        }
    }

    async fn execute<T, F>(&mut self, options: &WriteOptions, body: &F) -> Result<(T, Option<DryRun>), WriteError>
    where
        T: Outcome,
        F: AsyncFn(&mut UnitOfWork) -> Result<T, WriteError>,
    {
        let hooked = options
            .hooked
            .as_ref()
            .or_else(|| self.call.hooked_by_name(options.mutation));
        let hooked = hooked.cloned();
        let refusal = hooked.as_ref().and_then(|hooked| hooked.refusal.clone());
        if options.dry_run {
            if let Some(refusal) = refusal {
                return Err(refusal.into());
            }
            let value = Box::pin(body(self)).await?;
            return Ok((value, Some(self.dry_run())));
        }
        if let Some((key, input_hash)) = &options.idempotency
            && let Claim::Answered(outcome) = idempotency::claim(self, options.mutation, key, input_hash).await?
        {
            return Ok((T::replay(&self.call.clone(), outcome).await?, None));
        }
        // What was done already under the same key stays done, whatever is said about it now.
        if let Some(refusal) = refusal {
            return Err(refusal.into());
        }
        let value = Box::pin(body(self)).await?;
        if let Some(follow_up) = hooked.as_ref().and_then(|hooked| hooked.follow_up.as_ref())
            && !self.records.is_empty()
        {
            let records = std::mem::take(&mut self.records);
            follow_up.follow(self, &records).await?;
            self.records.splice(0..0, records);
        }
        self.save_records(options.reason.as_deref()).await?;
        if let Some((key, _)) = &options.idempotency {
            idempotency::answer(self, key, value.record(), value.customer()).await?;
        }
        Ok((value, None))
    }

    fn dry_run(&mut self) -> DryRun {
        let mut dry_run = DryRun::default();
        for record in self.records.drain(..) {
            dry_run.events.push(record.topic.0);
            let object = record.object;
            dry_run
                .changes
                .extend(record.changes.into_iter().map(|change| (object.clone(), change)));
        }
        dry_run
    }

    async fn save_records(&mut self, reason: Option<&str>) -> Result<(), WriteError> {
        if self.records.is_empty() {
            return Ok(());
        }
        self.has_events = true;
        let records = std::mem::take(&mut self.records);
        let entries = timeline::entries(self, &records, reason).await?;
        let (actor_type, actor_id) = self.viewer().actor();
        let impersonator = self.viewer().impersonator().map(|impersonator| impersonator.staff_user);
        let events: Vec<outbox_event::ActiveModel> = records
            .iter()
            .map(|record| outbox_event::ActiveModel {
                position: NotSet,
                transaction_id: NotSet,
                id: Set(self.new_id::<OutboxEventId>()),
                topic: Set(record.topic.0.to_owned()),
                at: Set(self.now),
                actor_type: Set(actor_type.to_owned()),
                actor_id: Set(actor_id),
                subject_id: Set(record.subject),
                object_id: Set(record.object.clone()),
                object_version: Set(record.version),
                changed_paths: Set(record.changes.iter().map(|change| change.path.as_str()).collect()),
                request_id: Set(Some(self.call.request_id.clone())),
                impersonator_id: Set(impersonator),
            })
            .collect();
        for (entries, events) in entries.chunks(1_000).zip(events.chunks(1_000)) {
            let entries = timeline_entry::Entity::insert_many(entries.to_vec()).into_query();
            let events = outbox_event::Entity::insert_many(events.to_vec()).into_query();
            if self.db().get_database_backend() == DbBackend::Postgres {
                // One journey for both.
                let entries = CommonTableExpression::new()
                    .table_name("entries")
                    .query(entries)
                    .to_owned();
                let both = events.with(WithClause::new().cte(entries).to_owned());
                self.db().execute(&both).await?;
            } else {
                self.db().execute(&entries).await?;
                self.db().execute(&events).await?;
            }
        }
        Ok(())
    }
}

fn lost(error: DbErr) -> Lost {
    if matches!(
        error.sql_err(),
        Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_))
    ) || busy(&error)
    {
        Lost::Race(error)
    } else {
        Lost::For(WriteError::Fault(error))
    }
}

/// Serialization failure, deadlock or lock time-out (PostgreSQL); busy or locked, with their extended codes (SQLite).
fn busy(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return false;
    };
    error
        .as_database_error()
        .and_then(sea_orm::sqlx::error::DatabaseError::code)
        .is_some_and(|code| {
            matches!(code.as_ref(), "40001" | "40P01" | "55P03")
                || code
                    .parse::<u32>()
                    .is_ok_and(|code| matches!(code & 0xff, 5 | 6) && code < 10_000)
        })
}
