//! Notes about customers.

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
                "create table note (
    id {uuid} not null primary key,
    customer_id {uuid} not null references customer (id) on delete cascade,
    body {text} not null check (length(body) between 1 and 5000),
    is_public {bool} not null,
    author_type {text} not null check (length(author_type) between 1 and 64),
    author_id {uuid},
    version {int} not null default 1 check (version > 0),
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create index note_customer on note (customer_id, created_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table note"]).await
    }
}
