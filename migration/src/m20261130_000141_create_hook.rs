//! Those who are asked before a mutation, and told after it.

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
                "create table hook (
    id {uuid} not null primary key,
    point {text} not null check (point in ('BEFORE', 'AFTER')),
    mutation {text} not null check (length(mutation) between 1 and 64),
    url {text} not null check (length(url) between 1 and 2000),
    sealed_secret {text} not null check (length(sealed_secret) <= 500),
    timeout_ms {int} not null check (timeout_ms between 100 and 5000),
    on_failure {text} not null check (on_failure in ('OPEN', 'CLOSED')),
    position {int} not null check (position between 0 and 1000),
    is_enabled {bool} not null default {true},
    version {int} not null default 1,
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create index hook_order on hook (mutation, point, position, id)",
                "create index hook_list on hook (position, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table hook"]).await
    }
}
