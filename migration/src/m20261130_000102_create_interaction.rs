//! Contacts with customers that other systems tell of.

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
                "create table interaction (
    id {uuid} not null primary key,
    customer_id {uuid} not null references customer (id) on delete cascade,
    source {text} not null check (length(source) between 1 and 64),
    external_id {text} not null check (length(external_id) between 1 and 255),
    kind {text} not null check (kind in ('MAIL', 'CALL', 'CHAT', 'VISIT', 'CAMPAIGN')),
    direction {text} check (direction in ('INBOUND', 'OUTBOUND')),
    occurred_at {time} not null,
    summary {text} not null check (length(summary) between 1 and 2000),
    version {int} not null default 1 check (version > 0),
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index interaction_source on interaction (source, external_id)",
                "create index interaction_customer on interaction (customer_id, occurred_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table interaction"]).await
    }
}
