//! Idempotency keys and what was answered to them.

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
                "create table idempotency_record (
    actor {text} not null check (length(actor) <= 64),
    key {text} not null check (length(key) between 1 and 255),
    mutation {text} not null check (length(mutation) <= 64),
    input_hash {text} not null,
    outcome {json},
    customer_id {uuid} references customer (id) on delete cascade,
    created_at {time} not null,
    expires_at {time} not null,
    primary key (actor, key)
) {strict}",
                "create index idempotency_record_expires_at on idempotency_record (expires_at)",
                "create index idempotency_record_customer on idempotency_record (customer_id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table idempotency_record"]).await
    }
}
