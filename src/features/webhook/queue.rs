//! What waits to be sent, and who takes it.
//!
//! Everybody who adds to the queue, takes from it or settles what they took waits in one line: each of these is a few
//! statements, and none of them waits for a network. So nobody sees half of what another is doing, and a lane that is
//! empty can be taken away.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    id::{PrefixedId, WebhookEndpointId},
    webhook_delivery::{Column, Entity, Model, State},
    webhook_endpoint, webhook_lane,
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::work::{Call, UnitOfWork, WriteError, dialect};

/// Where everybody waits.
const LINE: &str = "webhooks";

/// How many lanes are taken at once.
const LANES: u64 = 128;

/// How many deliveries are taken of one lane at once.
const PER_LANE: u64 = 16;

/// How long it is kept what became of deliveries: of those that were taken, and of those that were given up.
const KEPT: (TimeDelta, TimeDelta) = (TimeDelta::days(7), TimeDelta::days(30));

/// Waits until nobody else is at the queue.
///
/// # Errors
/// Faults.
pub(super) async fn wait(unit: &UnitOfWork) -> Result<(), DbErr> {
    unit.wait_in_line(LINE).await
}

fn is_due(now: DateTime<Utc>) -> Condition {
    Condition::all().add(webhook_lane::Column::DueAt.lte(now)).add(
        Condition::any()
            .add(webhook_lane::Column::LeasedUntil.is_null())
            .add(webhook_lane::Column::LeasedUntil.lte(now)),
    )
}

fn is_open(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(webhook_endpoint::Column::State.eq(webhook_endpoint::State::Active))
        .add(
            Condition::any()
                .add(webhook_endpoint::Column::PausedUntil.is_null())
                .add(webhook_endpoint::Column::PausedUntil.lte(now)),
        )
}

/// Whether anybody is told of anything.
///
/// # Errors
/// Faults.
pub async fn is_anybody_told(call: &Call) -> Result<bool, DbErr> {
    let active = webhook_endpoint::Entity::find()
        .filter(webhook_endpoint::Column::State.eq(webhook_endpoint::State::Active))
        .one(call.db())
        .await?;
    Ok(active.is_some())
}

/// The endpoints for which something can be sent now.
///
/// # Errors
/// Faults.
pub async fn due(call: &Call) -> Result<Vec<WebhookEndpointId>, DbErr> {
    let now = call.now();
    let lanes = Query::select()
        .expr(Expr::val(1))
        .from(webhook_lane::Entity)
        .and_where(dialect::column(webhook_lane::Column::EndpointId).eq(dialect::column(webhook_endpoint::Column::Id)))
        .cond_where(is_due(now))
        .take();
    webhook_endpoint::Entity::find()
        .select_only()
        .column(webhook_endpoint::Column::Id)
        .filter(is_open(now))
        .filter(Expr::exists(lanes))
        .into_tuple()
        .all(call.db())
        .await
}

/// What waits for an endpoint about one subject: to be sent one after the other.
#[derive(Clone, Debug)]
pub struct Lane {
    /// About whom.
    pub subject: Uuid,
    /// The first deliveries, in their order.
    pub deliveries: Vec<Model>,
}

/// What a process is to send now.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Who is told.
    pub endpoint: webhook_endpoint::Model,
    /// By which it is known who took it.
    pub lease: Uuid,
    /// What is to be sent.
    pub lanes: Vec<Lane>,
}

/// Takes what is due for an endpoint, so that nobody else sends it meanwhile; `None` when there is nothing.
///
/// # Errors
/// Faults.
pub async fn claim(
    unit: &UnitOfWork,
    endpoint: WebhookEndpointId,
    lease_for: TimeDelta,
) -> Result<Option<Claimed>, WriteError> {
    wait(unit).await?;
    let found = webhook_endpoint::Entity::find_by_id(endpoint)
        .filter(is_open(unit.now()))
        .one(unit.db())
        .await?;
    let Some(endpoint) = found else { return Ok(None) };
    let subjects: Vec<Uuid> = webhook_lane::Entity::find()
        .select_only()
        .column(webhook_lane::Column::SubjectId)
        .filter(webhook_lane::Column::EndpointId.eq(endpoint.id))
        .filter(is_due(unit.now()))
        .order_by_asc(webhook_lane::Column::DueAt)
        .order_by_asc(webhook_lane::Column::SubjectId)
        .limit(LANES)
        .into_tuple()
        .all(unit.db())
        .await?;
    if subjects.is_empty() {
        return Ok(None);
    }
    let lease = unit.new_id::<WebhookEndpointId>().uuid();
    webhook_lane::Entity::update_many()
        .col_expr(webhook_lane::Column::Lease, Expr::val(lease))
        .col_expr(webhook_lane::Column::LeasedUntil, Expr::val(unit.now() + lease_for))
        .filter(webhook_lane::Column::EndpointId.eq(endpoint.id))
        .filter(webhook_lane::Column::SubjectId.is_in(subjects.iter().copied()))
        .exec(unit.db())
        .await?;
    let waiting = Entity::find()
        .filter(Column::EndpointId.eq(endpoint.id))
        .filter(Column::State.eq(State::Pending))
        .into_query();
    let order = [(dialect::column(Column::Number), Order::Asc)];
    let backend = unit.call().database.backend();
    let first = dialect::first_of_each(backend, waiting, Column::SubjectId, &subjects, &order, PER_LANE);
    let mut deliveries: HashMap<Uuid, Vec<Model>> = HashMap::new();
    for row in unit.db().page(&first).await? {
        let row = Model::from_query_result(&row, "")?;
        deliveries.entry(row.subject_id).or_default().push(row);
    }
    let lanes = subjects.into_iter().map(|subject| {
        let mut deliveries = deliveries.remove(&subject).unwrap_or_default();
        deliveries.sort_unstable_by_key(|row| row.number);
        Lane { subject, deliveries }
    });
    Ok(Some(Claimed {
        lanes: lanes.collect(),
        endpoint,
        lease,
    }))
}

/// Removes what became of deliveries and is kept no longer; answers how many are gone.
///
/// # Errors
/// Faults.
pub async fn sweep(unit: &UnitOfWork, most: u64) -> Result<u64, DbErr> {
    let (delivered, dead) = KEPT;
    let old = Query::select()
        .column(Column::Number)
        .from(Entity)
        .and_where(Column::State.ne(State::Pending))
        .and_where(Column::SettledAt.lt(unit.now() - delivered))
        .cond_where(
            Condition::any()
                .add(Column::State.eq(State::Delivered))
                .add(Column::SettledAt.lt(unit.now() - dead)),
        )
        .order_by(Column::SettledAt, Order::Asc)
        .limit(most)
        .take();
    let removed = Entity::delete_many()
        .filter(Column::Number.in_subquery(old))
        .exec(unit.db())
        .await?;
    Ok(removed.rows_affected)
}
