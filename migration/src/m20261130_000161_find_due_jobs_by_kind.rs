//! Processes look for due jobs of certain kinds: a backlog of one kind must not be read by whoever looks for another.

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
                "drop index job_due",
                "create index job_due on job (kind, next_run_at, id) where next_run_at is not null",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "drop index job_due",
                "create index job_due on job (next_run_at, id) where next_run_at is not null",
            ],
        )
        .await
    }
}
