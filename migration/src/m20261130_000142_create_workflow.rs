//! Steps that are taken in order when something happens.

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
                "create table workflow (
    id {uuid} not null primary key,
    name {text} not null check (length(name) between 1 and 255),
    name_folded {text} not null,
    topics {json} not null,
    steps {json} not null,
    sealed_secret {text} not null check (length(sealed_secret) <= 500),
    is_enabled {bool} not null default {true},
    enabled_at {time} not null,
    version {int} not null default 1,
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index workflow_name on workflow (name_folded)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table workflow"]).await
    }
}
