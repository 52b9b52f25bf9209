//! Tokens that show an order to whoever holds one, and the mails that bring them.

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
                "create table order_token (
    id {uuid} not null primary key,
    order_link_id {uuid} references order_link (id) on delete cascade,
    secret_hash {text} not null check (length(secret_hash) = 64),
    created_at {time} not null,
    expires_at {time} not null
) {strict}",
                "create unique index order_token_secret on order_token (secret_hash)",
                "create index order_token_order on order_token (order_link_id)",
                "create index order_token_expires_at on order_token (expires_at)",
                "alter table mail add column order_token_id {uuid} references order_token (id) on delete cascade",
                "create index mail_order_token on mail (order_token_id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "drop index mail_order_token",
                "alter table mail drop column order_token_id",
                "drop table order_token",
            ],
        )
        .await
    }
}
