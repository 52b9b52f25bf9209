//! Readers who tell others of events hold their cursor while they do so: for a while, and under a token of their own.

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
                "alter table outbox_reader add column lease_token {text} check (length(lease_token) between 1 and 64)",
                "alter table outbox_reader add column leased_until {time}",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "alter table outbox_reader drop column leased_until",
                "alter table outbox_reader drop column lease_token",
            ],
        )
        .await
    }
}
