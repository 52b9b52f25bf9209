//! Channels: where a customer was met (a web shop, a shop, a phone line).

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
                "create table channel (
    id {uuid} not null primary key,
    handle {text} not null check (length(handle) between 1 and 64),
    name {text} not null check (length(name) between 1 and 255),
    version {int} not null default 1,
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index channel_handle on channel (handle)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table channel"]).await
    }
}
