//! How often somebody tried something, for all processes together.

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
                "create table rate_limit (
    bucket {text} not null primary key,
    window_started_at {time} not null,
    attempts {int} not null,
    previous_attempts {int} not null,
    strikes {int} not null,
    blocked_until {time},
    updated_at {time} not null
) {strict}",
                "create index rate_limit_updated_at on rate_limit (updated_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table rate_limit"]).await
    }
}
