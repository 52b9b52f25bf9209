//! From the outbox to the queue: each event once for everybody who is told of it.

use std::collections::HashSet;

use entity::{
    id::WebhookEndpointId,
    webhook_delivery::{self, Column, Entity, State},
    webhook_endpoint, webhook_lane,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DbErr, EntityTrait, QueryFilter,
    entity::prelude::Json,
};

use super::{queue::wait, topics};
use crate::work::{
    UnitOfWork, WriteError,
    outbox::{self, Event, Mark},
    outbox_reader::{self, Begin},
    outbox_subject,
};

/// Under which name the outbox is read.
const READER: &str = "webhooks";

/// How many deliveries are made at once, if every endpoint is told of every event.
const DELIVERIES: usize = 5_000;

/// How many rows one statement writes.
const ROWS: usize = 1_000;

/// What one look at the outbox gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FannedOut {
    /// How many events were read.
    pub events: usize,
    /// How many deliveries were made of them.
    pub deliveries: usize,
    /// Whether there are more events at once.
    pub has_more: bool,
    /// Whether there are events that may not be read yet.
    pub holds_back: bool,
}

/// Reads the next events of the outbox and queues them for everybody who is to be told. What is queued and how far the
/// outbox was read are committed together, so each event is queued once, whoever is killed in the middle.
///
/// # Errors
/// Faults.
pub async fn fan_out(unit: &UnitOfWork, most: u64) -> Result<FannedOut, WriteError> {
    wait(unit).await?;
    let Some(cursor) = outbox_reader::claim(unit, READER, Begin::Oldest).await? else {
        return Ok(FannedOut::default());
    };
    let endpoints = webhook_endpoint::Entity::find()
        .filter(webhook_endpoint::Column::State.eq(webhook_endpoint::State::Active))
        .all(unit.db())
        .await?;
    if endpoints.is_empty() {
        // Whoever is made from now on is told of what happens later.
        outbox_reader::advance(unit, READER, Mark::now(unit.db()).await?.cursor()).await?;
        return Ok(FannedOut::default());
    }
    let each = u64::try_from(DELIVERIES / endpoints.len()).unwrap_or(most);
    let page = outbox::events_after(unit.db(), cursor, each.clamp(1, most)).await?;
    let kinds = outbox_subject::kinds(unit.db(), &page.events).await?;
    let mut rows = Vec::new();
    let endpoints: Vec<_> = endpoints
        .iter()
        .map(|endpoint| (endpoint, Mark::read(&endpoint.made_after)))
        .collect();
    for event in &page.events {
        for (endpoint, made_after) in &endpoints {
            let is_older = made_after.as_ref().is_some_and(|mark| mark.is_after(event.cursor));
            if !is_older && topics::include(endpoint, &event.topic) {
                rows.push(delivery(unit, endpoint.id, event, outbox_subject::kind(&kinds, event)));
            }
        }
    }
    let deliveries = rows.len();
    enqueue(unit, rows).await?;
    if page.next != cursor {
        outbox_reader::advance(unit, READER, page.next).await?;
    }
    Ok(FannedOut {
        events: page.events.len(),
        deliveries,
        has_more: page.has_more,
        holds_back: page.holds_back,
    })
}

/// A delivery of an event for the first time.
pub(super) fn delivery(
    unit: &UnitOfWork,
    endpoint: WebhookEndpointId,
    event: &Event,
    prefix: &str,
) -> webhook_delivery::ActiveModel {
    webhook_delivery::ActiveModel {
        number: NotSet,
        id: Set(unit.new_id()),
        endpoint_id: Set(endpoint),
        event_id: Set(event.id),
        replay: Set(0),
        topic: Set(event.topic.clone()),
        at: Set(event.at),
        actor_type: Set(event.actor_type.clone()),
        subject_id: Set(event.subject),
        subject_prefix: Set(prefix.to_owned()),
        object_id: Set(event.object.clone()),
        object_version: Set(event.version),
        changed_paths: Set(event.changed_paths.iter().map(String::as_str).collect::<Json>()),
        state: Set(State::Pending),
        attempts: Set(0),
        last_status: Set(None),
        last_error: Set(None),
        next_attempt_at: Set(None),
        created_at: Set(unit.now()),
        settled_at: Set(None),
    }
}

/// Puts deliveries into the queue, in this order; one that is there already stays as it is.
///
/// # Errors
/// Faults.
pub(super) async fn enqueue(unit: &UnitOfWork, rows: Vec<webhook_delivery::ActiveModel>) -> Result<(), DbErr> {
    let mut lanes = HashSet::new();
    for row in &rows {
        lanes.extend(
            row.endpoint_id
                .try_as_ref()
                .copied()
                .zip(row.subject_id.try_as_ref().copied()),
        );
    }
    for rows in rows.chunks(ROWS) {
        Entity::insert_many(rows.to_vec())
            .on_conflict_do_nothing_on([Column::EndpointId, Column::EventId, Column::Replay])
            .exec_without_returning(unit.db())
            .await?;
    }
    let lanes: Vec<webhook_lane::ActiveModel> = lanes
        .into_iter()
        .map(|(endpoint, subject)| webhook_lane::ActiveModel {
            endpoint_id: Set(endpoint),
            subject_id: Set(subject),
            due_at: Set(unit.now()),
            lease: Set(None),
            leased_until: Set(None),
        })
        .collect();
    for lanes in lanes.chunks(ROWS) {
        webhook_lane::Entity::insert_many(lanes.to_vec())
            .on_conflict_do_nothing_on([webhook_lane::Column::EndpointId, webhook_lane::Column::SubjectId])
            .exec_without_returning(unit.db())
            .await?;
    }
    Ok(())
}
