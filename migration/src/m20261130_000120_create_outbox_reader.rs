//! Who reads the outbox with a cursor that we keep for them, and from where on its events are kept.

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
                "create table outbox_reader (
    name {text} not null primary key check (length(name) between 1 and 255),
    transaction_id {bigint} not null,
    position {bigint} not null,
    updated_at {time} not null
) {strict}",
                "create table outbox_horizon (
    id {int} not null primary key check (id = 1),
    generation {bigint} not null check (generation > 0),
    transaction_id {bigint} not null,
    position {bigint} not null
) {strict}",
                "insert into outbox_horizon (id, generation, transaction_id, position) values (1, 1, 0, 0)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table outbox_horizon", "drop table outbox_reader"]).await
    }
}
