//! The rules about jobs: how they come to be, and what people may do with them.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    id::{CustomerId, JobId, PrefixedId},
    job::{Column, Entity, Model, State},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, QueryTrait,
    entity::prelude::Json,
    sea_query::{Expr, OnConflict, Order, Query},
};
use serde_json::json;

use super::visibility;
use crate::work::{Call, ErrorCode, FieldChange, ReadBack, Record, Topic, UnitOfWork, UserError, WriteError, dialect};

/// The most bytes of what a job is about, and of what it remembers.
pub const BYTES: usize = 64 * 1_024;

/// How long it is kept what became of a job.
const KEPT: TimeDelta = TimeDelta::days(30);

/// How long it is kept that a quiet job succeeded.
const KEPT_QUIET: TimeDelta = TimeDelta::days(1);

/// Work to do.
#[derive(Clone, Debug, Default)]
pub struct NewJob {
    /// Which work.
    pub kind: &'static str,
    /// What it is about: ids and versions, never personal data.
    pub input: Json,
    /// How many parts there are, where that is known.
    pub total: Option<i32>,
    /// Not before; at once without.
    pub not_before: Option<DateTime<Utc>>,
    /// What makes the same job, put into the queue several times, run once.
    pub schedule_key: Option<String>,
    /// Whether nobody is told when it succeeds.
    pub is_quiet: bool,
    /// The customer whom answers of others on the way may be about.
    pub customer: Option<CustomerId>,
}

/// Puts work into the queue, together with whatever else the unit of work does. What has the schedule key of another job
/// is left out. Answers how many jobs are new.
///
/// # Errors
/// Faults; what a job is about has at most [`BYTES`].
pub async fn enqueue(unit: &mut UnitOfWork, jobs: Vec<NewJob>) -> Result<u64, DbErr> {
    let mut rows = Vec::new();
    let (created_by_type, created_by_id) = unit.viewer().actor();
    for new in jobs {
        if new.input.to_string().len() > BYTES {
            return Err(DbErr::Custom(format!("a job {} is about too much", new.kind)));
        }
        let row = Model {
            id: unit.new_id(),
            kind: new.kind.to_owned(),
            state: State::Queued,
            input: new.input,
            memory: json!({}),
            answers: None,
            customer_id: new.customer,
            done: 0,
            total: new.total,
            succeeded: 0,
            failed: 0,
            attempts: 0,
            next_run_at: Some(new.not_before.unwrap_or(unit.now())),
            lease_token: None,
            cancel_requested_at: None,
            last_error: None,
            schedule_key: new.schedule_key,
            is_quiet: new.is_quiet,
            created_by_type: created_by_type.to_owned(),
            created_by_id,
            version: 1,
            created_at: unit.now(),
            updated_at: unit.now(),
            started_at: None,
            finished_at: None,
        };
        rows.push(row.into_active_model());
    }
    let mut made = 0;
    for rows in rows.chunks(500) {
        let insert = Entity::insert_many(rows.to_vec())
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .into_query();
        made += unit.db().execute(&insert).await?.rows_affected();
    }
    if made > 0 {
        unit.call_runner();
    }
    Ok(made)
}

/// Cancels a job: at once when it waits; when it is running, before its next step.
///
/// # Errors
/// `NOT_FOUND`, `JOB_NOT_CANCELLABLE`.
pub async fn cancel(unit: &mut UnitOfWork, id: JobId) -> Result<Model, WriteError> {
    let before = find(unit, id).await?;
    let mut after = before.clone();
    after.cancel_requested_at = after.cancel_requested_at.or(Some(unit.now()));
    match before.state {
        State::Queued => finish(unit, &mut after, State::Cancelled),
        State::Running => {}
        State::Succeeded | State::Partial | State::Failed | State::Cancelled => {
            return Err(UserError::new(
                ErrorCode::JobNotCancellable,
                "id",
                "This job is finished. There is nothing to cancel.",
            )
            .into());
        }
    }
    if after == before {
        return Ok(before);
    }
    let topic = match after.state {
        State::Cancelled => "job.finished",
        _ => "job.cancel_requested",
    };
    save(unit, before.state, after, topic).await
}

/// Puts a job back into the queue that was given up or was cancelled. It goes on where it was.
///
/// # Errors
/// `NOT_FOUND`, `INVALID_STATE`.
pub async fn retry(unit: &mut UnitOfWork, id: JobId) -> Result<Model, WriteError> {
    let before = find(unit, id).await?;
    if !matches!(before.state, State::Failed | State::Cancelled) {
        return Err(UserError::new(
            ErrorCode::InvalidState,
            "id",
            "Only a job that has failed or was cancelled can be tried again.",
        )
        .into());
    }
    let mut after = before.clone();
    after.state = State::Queued;
    after.attempts = 0;
    after.next_run_at = Some(unit.now());
    after.cancel_requested_at = None;
    after.finished_at = None;
    unit.call_runner();
    save(unit, before.state, after, "job.retried").await
}

async fn find(unit: &UnitOfWork, id: JobId) -> Result<Model, WriteError> {
    let row = visibility::writable_by(unit.viewer())
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?;
    Ok(row.ok_or_else(|| UserError::not_found("id", "job"))?)
}

async fn save(
    unit: &mut UnitOfWork,
    before: State,
    mut after: Model,
    topic: &'static str,
) -> Result<Model, WriteError> {
    after.version += 1;
    after.updated_at = unit.now();
    Entity::update(after.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    tell(unit, before, &after, topic);
    Ok(after)
}

/// Writes down in a row that it is finished. What others have answered is not kept.
pub(super) fn finish(unit: &UnitOfWork, row: &mut Model, state: State) {
    row.state = state;
    row.next_run_at = None;
    row.lease_token = None;
    row.answers = None;
    row.finished_at = Some(unit.now());
}

/// Into timeline and outbox.
pub(super) fn tell(unit: &mut UnitOfWork, before: State, after: &Model, topic: &'static str) {
    unit.record(Record {
        topic: Topic(topic),
        subject: after.id.uuid(),
        begins: false,
        object: after.id.to_string(),
        version: after.version,
        changes: vec![FieldChange {
            path: "state".to_owned(),
            before: json!(before),
            after: json!(after.state),
        }],
    });
}

/// Takes away what others have answered about customers who are being deleted. Their jobs go on without it.
///
/// # Errors
/// Faults.
pub async fn forget_customer(unit: &UnitOfWork, customers: &[CustomerId]) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Answers, Expr::val(None::<Json>))
        .col_expr(Column::CustomerId, Expr::val(None::<CustomerId>))
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(Column::CustomerId),
            customers.iter().map(|id| id.uuid()),
        ))
        .exec(unit.db())
        .await?;
    Ok(())
}

/// Removes jobs that were finished long ago; answers how many.
///
/// # Errors
/// Faults.
pub async fn sweep(unit: &UnitOfWork, most: u64) -> Result<u64, DbErr> {
    let quiet = Condition::all()
        .add(Column::IsQuiet.eq(true))
        .add(Column::State.eq(State::Succeeded))
        .add(Column::FinishedAt.lt(unit.now() - KEPT_QUIET));
    let old = Query::select()
        .column(Column::Id)
        .from(Entity)
        .cond_where(
            Condition::any()
                .add(Column::FinishedAt.lt(unit.now() - KEPT))
                .add(quiet),
        )
        .order_by(Column::FinishedAt, Order::Asc)
        .limit(most)
        .take();
    let removed = Entity::delete_many()
        .filter(Column::Id.in_subquery(old))
        .exec(unit.db())
        .await?;
    Ok(removed.rows_affected)
}

impl ReadBack for Model {
    type Id = JobId;

    fn id(&self) -> JobId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        None
    }

    async fn read_back(call: &Call, ids: Vec<JobId>) -> Result<Vec<Self>, DbErr> {
        visibility::visible_to(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}
