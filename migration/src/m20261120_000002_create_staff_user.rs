//! Staff users and what they may do.

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
                "create table staff_user (
    id {uuid} not null primary key,
    email {text} not null check (length(email) <= 254),
    email_normalized {text} not null check (length(email_normalized) <= 254),
    name {text} check (length(name) <= 255),
    permissions {json} not null,
    status {text} not null default 'ACTIVE' check (status in ('ACTIVE', 'DISABLED')),
    version {int} not null default 1,
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index staff_user_email on staff_user (email_normalized)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table staff_user"]).await
    }
}
