//! Who is told of events, what waits to be sent to them, and what became of it.
//!
//! A lane is what waits for one endpoint about one subject. It is what a sender takes: of one lane nothing is sent by
//! two at once, so events about a customer arrive in their order, and a lane that waits for another attempt is one row
//! to be passed over, however much is in it.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::dialect::{run, run_on};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const DELIVERY: &str = "
    id {uuid} not null,
    endpoint_id {uuid} not null references webhook_endpoint (id) on delete cascade,
    event_id {uuid} not null,
    replay {int} not null default 0 check (replay >= 0),
    topic {text} not null check (length(topic) between 1 and 64),
    at {time} not null,
    actor_type {text} not null,
    subject_id {uuid} not null,
    subject_prefix {text} not null check (length(subject_prefix) between 1 and 16),
    object_id {text} not null,
    object_version {int} not null,
    changed_paths {json} not null,
    state {text} not null check (state in ('PENDING', 'DELIVERED', 'DEAD')),
    attempts {int} not null default 0,
    last_status {int},
    last_error {text} check (length(last_error) <= 255),
    next_attempt_at {time},
    created_at {time} not null,
    settled_at {time},
    check ((settled_at is null) = (state = 'PENDING'))";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "create table webhook_endpoint (
    id {uuid} not null primary key,
    url {text} not null check (length(url) between 1 and 2000),
    description {text} check (length(description) between 1 and 1000),
    topics {json} not null,
    payload_query {text} check (length(payload_query) between 1 and 20000),
    permissions {json} not null,
    secret {text} not null,
    secret_hint {text} not null check (length(secret_hint) <= 16),
    previous_secret {text},
    previous_expires_at {time},
    state {text} not null check (state in ('ACTIVE', 'DISABLED')),
    disabled_because {text} check (disabled_because in ('SWITCHED_OFF', 'GONE')),
    paused_until {time},
    made_after {text} not null,
    created_by {uuid} references staff_user (id) on delete set null,
    version {int} not null default 1,
    created_at {time} not null,
    updated_at {time} not null,
    check ((disabled_because is null) = (state = 'ACTIVE')),
    check ((previous_expires_at is null) = (previous_secret is null))
) {strict}",
                "create index webhook_endpoint_list on webhook_endpoint (created_at, id)",
                "create index webhook_endpoint_created_by on webhook_endpoint (created_by)",
            ],
        )
        .await?;
        run_on(
            manager,
            DbBackend::Postgres,
            &[&format!(
                "create table webhook_delivery (
    number bigint generated always as identity primary key,
    {DELIVERY}
)"
            )],
        )
        .await?;
        run_on(
            manager,
            DbBackend::Sqlite,
            &[&format!(
                "create table webhook_delivery (
    number integer not null primary key autoincrement,
    {DELIVERY}
) strict"
            )],
        )
        .await?;
        run(
            manager,
            &[
                "create unique index webhook_delivery_id on webhook_delivery (id)",
                "create unique index webhook_delivery_event on webhook_delivery (endpoint_id, event_id, replay)",
                "create index webhook_delivery_waiting on webhook_delivery (endpoint_id, subject_id, number)
                 where state = 'PENDING'",
                "create index webhook_delivery_list on webhook_delivery (endpoint_id, number)",
                "create index webhook_delivery_state on webhook_delivery (endpoint_id, state, number)",
                "create index webhook_delivery_all on webhook_delivery (state, number)",
                "create index webhook_delivery_settled on webhook_delivery (settled_at) where state <> 'PENDING'",
                "create table webhook_lane (
    endpoint_id {uuid} not null references webhook_endpoint (id) on delete cascade,
    subject_id {uuid} not null,
    due_at {time} not null,
    lease {uuid},
    leased_until {time},
    primary key (endpoint_id, subject_id),
    check ((lease is null) = (leased_until is null))
) {strict}",
                "create index webhook_lane_due on webhook_lane (endpoint_id, due_at, subject_id)",
                "create index webhook_lane_lease on webhook_lane (lease) where lease is not null",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "drop table webhook_lane",
                "drop table webhook_delivery",
                "drop table webhook_endpoint",
            ],
        )
        .await
    }
}
