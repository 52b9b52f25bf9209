//! Tokens that prove one thing once: that an e-mail address is somebody's, that a log-in was begun here.

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
                "create table account_token (
    id {uuid} not null primary key,
    purpose {text} not null check (length(purpose) between 1 and 64),
    email_normalized {text} not null check (length(email_normalized) <= 254),
    auth_identity_id {uuid} references auth_identity (id) on delete cascade,
    customer_id {uuid} references customer (id) on delete cascade,
    secret_hash {text} not null,
    data {json} not null,
    attempts {int} not null default 0,
    created_at {time} not null,
    expires_at {time} not null,
    used_at {time}
) {strict}",
                "create unique index account_token_secret on account_token (secret_hash)",
                "create index account_token_email on account_token (email_normalized, purpose, created_at, id)",
                "create index account_token_auth_identity on account_token (auth_identity_id, purpose)",
                "create index account_token_customer on account_token (customer_id, purpose)",
                "create index account_token_expires_at on account_token (expires_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table account_token"]).await
    }
}
