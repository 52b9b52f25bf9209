//! What was sent before, or given up, once more.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    id::{OutboxEventId, PrefixedId, WebhookDeliveryId, WebhookEndpointId},
    outbox_event,
    webhook_delivery::{ActiveModel, Column, Entity, Model, State},
    webhook_endpoint,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::{Json, Uuid},
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use super::{fan_out, queue::wait, service, topics, visibility};
use crate::work::{
    ErrorCode, UnitOfWork, UserError, WriteError,
    outbox::{Cursor, Event},
    outbox_subject,
};

/// The most deliveries that one mutation repeats.
pub const MOST: usize = 10_000;

/// The most deliveries that one mutation names.
pub const NAMED: usize = 1_000;

/// How many ids one statement names.
const IDS: usize = 1_000;

/// What is sent once more.
#[derive(Clone, Debug)]
pub enum Replay {
    /// These deliveries.
    Deliveries(Vec<WebhookDeliveryId>),
    /// Everything that was given up and has not been sent once more since.
    Dead,
    /// What happened from this instant on, before the other.
    Since(DateTime<Utc>, Option<DateTime<Utc>>),
}

/// Queues deliveries of an endpoint once more; answers how many. What still waits is not queued twice.
///
/// # Errors
/// `NOT_FOUND` for the endpoint and for deliveries of others, `INVALID_STATE` for an endpoint that is told nothing,
/// `LIMIT_EXCEEDED`.
pub async fn replay(unit: &mut UnitOfWork, id: WebhookEndpointId, what: Replay) -> Result<usize, WriteError> {
    wait(unit).await?;
    let endpoint = service::find(unit, id, None).await?;
    if endpoint.state != webhook_endpoint::State::Active {
        return Err(UserError::new(
            ErrorCode::InvalidState,
            "id",
            "The endpoint is disabled. Enable it with webhookUpdate first.",
        )
        .into());
    }
    let rows = match what {
        Replay::Deliveries(ids) => named(unit, id, &ids).await?,
        Replay::Dead => dead(unit, id).await?,
        Replay::Since(since, until) => happened(unit, &endpoint, since, until).await?,
    };
    if rows.len() > MOST {
        return Err(UserError::limit("", MOST, rows.len(), "deliveries at once").into());
    }
    let rows = numbered(unit, id, rows).await?;
    let count = rows.len();
    fan_out::enqueue(unit, rows).await?;
    if count > 0 {
        service::note_replay(unit, &endpoint, count);
    }
    Ok(count)
}

async fn named(
    unit: &UnitOfWork,
    endpoint: WebhookEndpointId,
    ids: &[WebhookDeliveryId],
) -> Result<Vec<ActiveModel>, WriteError> {
    if ids.len() > NAMED {
        return Err(UserError::limit("deliveryIds", NAMED, ids.len(), "deliveries").into());
    }
    let rows = visibility::deliveries_repeatable_by(unit.viewer())
        .filter(Column::EndpointId.eq(endpoint))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(Column::Number)
        .all(unit.db())
        .await?;
    let known: HashSet<WebhookDeliveryId> = rows.iter().map(|row| row.id).collect();
    let unknown: Vec<UserError> = ids
        .iter()
        .enumerate()
        .filter(|(_, id)| !known.contains(id))
        .map(|(position, _)| UserError::not_found(&format!("deliveryIds.{position}"), "delivery of this endpoint"))
        .collect();
    if unknown.is_empty() {
        Ok(again(unit, rows))
    } else {
        Err(unknown.into())
    }
}

async fn dead(unit: &UnitOfWork, endpoint: WebhookEndpointId) -> Result<Vec<ActiveModel>, WriteError> {
    let later = Alias::new("later");
    let of_later = |column: Column| Expr::col((later.clone(), column));
    let of_this = |column: Column| Expr::col((Entity, column));
    let repeated = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, later.clone())
        .and_where(of_later(Column::EndpointId).eq(endpoint))
        .and_where(of_later(Column::EventId).eq(of_this(Column::EventId)))
        .and_where(of_later(Column::Replay).gt(of_this(Column::Replay)))
        .take();
    let rows = visibility::deliveries_repeatable_by(unit.viewer())
        .filter(Column::EndpointId.eq(endpoint))
        .filter(Column::State.eq(State::Dead))
        .filter(Expr::exists(repeated).not())
        .order_by_asc(Column::Number)
        .limit(MOST as u64 + 1)
        .all(unit.db())
        .await?;
    Ok(again(unit, rows))
}

/// Ids of events grow with time: they are found by what an id of an instant begins with.
async fn happened(
    unit: &UnitOfWork,
    endpoint: &webhook_endpoint::Model,
    since: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<Vec<ActiveModel>, WriteError> {
    let mut select = outbox_event::Entity::find()
        .filter(outbox_event::Column::Id.gte(first_of(since)))
        .filter(topics::condition(endpoint));
    if let Some(until) = until {
        select = select.filter(outbox_event::Column::Id.lt(first_of(until)));
    }
    let mut events: Vec<Event> = Vec::new();
    let mut last: Option<OutboxEventId> = None;
    loop {
        let page = match last {
            Some(last) => select.clone().filter(outbox_event::Column::Id.gt(last)),
            None => select.clone(),
        };
        let page = page
            .order_by_asc(outbox_event::Column::Id)
            .limit(IDS as u64)
            .all(unit.db())
            .await?;
        let is_last = page.len() < IDS;
        last = page.last().map(|row| row.id);
        events.extend(page.into_iter().map(event));
        if is_last || events.len() > MOST {
            break;
        }
    }
    events.sort_by_key(|event| event.cursor);
    let kinds = outbox_subject::kinds(unit.db(), &events).await?;
    let rows = events
        .iter()
        .map(|event| fan_out::delivery(unit, endpoint.id, event, outbox_subject::kind(&kinds, event)));
    Ok(rows.collect())
}

/// The smallest id that an event of an instant may have.
fn first_of(instant: DateTime<Utc>) -> OutboxEventId {
    let milliseconds = u128::try_from(instant.timestamp_millis()).unwrap_or_default();
    OutboxEventId::from_uuid(Uuid::from_u128(milliseconds << 80))
}

fn event(row: outbox_event::Model) -> Event {
    let paths = row.changed_paths.as_array().into_iter().flatten();
    Event {
        cursor: Cursor {
            transaction: row.transaction_id,
            position: row.position,
        },
        id: row.id,
        topic: row.topic,
        at: row.at,
        actor_type: row.actor_type,
        subject: row.subject_id,
        object: row.object_id,
        version: row.object_version,
        changed_paths: paths.filter_map(Json::as_str).map(str::to_owned).collect(),
    }
}

/// The same deliveries as if they had never been tried.
fn again(unit: &UnitOfWork, rows: Vec<Model>) -> Vec<ActiveModel> {
    let again = rows.into_iter().map(|row| ActiveModel {
        number: NotSet,
        id: Set(unit.new_id()),
        state: Set(State::Pending),
        attempts: Set(0),
        last_status: Set(None),
        last_error: Set(None),
        next_attempt_at: Set(None),
        created_at: Set(unit.now()),
        settled_at: Set(None),
        ..row.into_active_model().reset_all()
    });
    again.collect()
}

/// Gives each its number among the deliveries of the same event, and leaves out those that still wait.
async fn numbered(
    unit: &UnitOfWork,
    endpoint: WebhookEndpointId,
    rows: Vec<ActiveModel>,
) -> Result<Vec<ActiveModel>, DbErr> {
    let events: Vec<OutboxEventId> = rows
        .iter()
        .filter_map(|row| row.event_id.try_as_ref().copied())
        .collect();
    let mut last: HashMap<OutboxEventId, i32> = HashMap::new();
    let mut waiting = HashSet::new();
    for events in events.chunks(IDS) {
        let known: Vec<(OutboxEventId, i32, State)> = Entity::find()
            .select_only()
            .columns([Column::EventId, Column::Replay, Column::State])
            .filter(Column::EndpointId.eq(endpoint))
            .filter(Column::EventId.is_in(events.iter().copied()))
            .into_tuple()
            .all(unit.db())
            .await?;
        for (event, replay, state) in known {
            let last = last.entry(event).or_insert(replay);
            *last = Ord::max(replay, *last);
            if state == State::Pending {
                waiting.insert(event);
            }
        }
    }
    let mut taken = HashSet::new();
    let rows = rows.into_iter().filter_map(|mut row| {
        let event = row.event_id.try_as_ref().copied()?;
        if waiting.contains(&event) || !taken.insert(event) {
            return None;
        }
        row.replay = Set(last.get(&event).map_or(0, |last| last + 1));
        Some(row)
    });
    Ok(rows.collect())
}
