//! The outbox: what happened, for those who must be told, in the order in which they may read it.
//!
//! A position alone is not safe for a reader that resumes: on PostgreSQL a transaction with a smaller position may
//! commit after one with a larger. The row therefore names its transaction, and a reader takes only rows whose
//! transaction is older than every transaction still running (`pg_snapshot_xmin`). SQLite has one writer; there the
//! transaction is always 0.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::dialect::{run, run_on};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: &str = "
    id {uuid} not null,
    topic {text} not null check (length(topic) <= 64),
    at {time} not null,
    actor_type {text} not null,
    actor_id {uuid},
    subject_id {uuid} not null,
    object_id {text} not null,
    object_version {int} not null,
    changed_paths {json} not null,
    request_id {text} check (length(request_id) <= 64)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_on(
            manager,
            DbBackend::Postgres,
            &[&format!(
                "create table outbox_event (
                    position bigint generated always as identity primary key,
                    transaction_id bigint not null default (pg_current_xact_id()::text::bigint),
                    {COLUMNS}
                )"
            )],
        )
        .await?;
        run_on(
            manager,
            DbBackend::Sqlite,
            &[&format!(
                "create table outbox_event (
                    position integer not null primary key autoincrement,
                    transaction_id integer not null default 0,
                    {COLUMNS}
                ) strict"
            )],
        )
        .await?;
        run(
            manager,
            &[
                "create unique index outbox_event_id on outbox_event (id)",
                "create index outbox_event_order on outbox_event (transaction_id, position)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table outbox_event"]).await
    }
}
