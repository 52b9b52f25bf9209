//! Mail to be sent, and what became of it.

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
                "create table mail (
    id {uuid} not null primary key,
    template {text} not null check (length(template) between 1 and 64),
    recipient {text} not null check (length(recipient) between 1 and 254),
    locale {text},
    account_token_id {uuid} references account_token (id) on delete cascade,
    customer_id {uuid} references customer (id) on delete cascade,
    data {json} not null,
    state {text} not null check (state in ('QUEUED', 'SENT', 'FAILED', 'WITHHELD')),
    attempts {int} not null default 0,
    next_attempt_at {time},
    last_error {text},
    created_at {time} not null,
    sent_at {time}
) {strict}",
                "create index mail_due on mail (next_attempt_at, id) where state = 'QUEUED'",
                "create index mail_list on mail (created_at, id)",
                "create index mail_customer on mail (customer_id, created_at, id)",
                "create index mail_account_token on mail (account_token_id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table mail"]).await
    }
}
