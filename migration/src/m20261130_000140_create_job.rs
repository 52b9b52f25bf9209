//! Work that goes on after the response.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "create table job (
    id {uuid} not null primary key,
    kind {text} not null check (length(kind) between 1 and 64),
    state {text} not null check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELLED')),
    input {json} not null,
    memory {json} not null,
    answers {json},
    customer_id {uuid},
    done {int} not null default 0 check (done >= 0),
    total {int} check (total >= 0),
    succeeded {int} not null default 0 check (succeeded >= 0),
    failed {int} not null default 0 check (failed >= 0),
    attempts {int} not null default 0,
    next_run_at {time},
    lease_token {text} check (length(lease_token) <= 64),
    cancel_requested_at {time},
    last_error {text} check (length(last_error) <= 255),
    schedule_key {text} check (length(schedule_key) between 1 and 200),
    is_quiet {bool} not null default {false},
    created_by_type {text} not null,
    created_by_id {uuid},
    version {int} not null default 1,
    created_at {time} not null,
    updated_at {time} not null,
    started_at {time},
    finished_at {time},
    check ((finished_at is null) = (state in ('QUEUED', 'RUNNING'))),
    check ((next_run_at is null) = (finished_at is not null)),
    check ((lease_token is not null) = (state = 'RUNNING'))
) {strict}",
                "create index job_due on job (next_run_at, id) where next_run_at is not null",
                "create unique index job_schedule_key on job (schedule_key) where schedule_key is not null",
                "create index job_list on job (created_at, id)",
                "create index job_state on job (state, created_at, id)",
                "create index job_kind on job (kind, created_at, id)",
                "create index job_old on job (is_quiet, finished_at) where finished_at is not null",
                "create index job_customer on job (customer_id) where customer_id is not null",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table job"]).await
    }
}
