//! Secret keys of back-office systems.

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
                "create table api_key (
    id {uuid} not null primary key,
    name {text} not null check (length(name) between 1 and 255),
    secret_hash {text} not null,
    secret_hint {text} not null check (length(secret_hint) <= 16),
    permissions {json} not null,
    created_by {uuid} references staff_user (id) on delete set null,
    created_at {time} not null,
    expires_at {time},
    revoked_at {time}
) {strict}",
                "create unique index api_key_secret on api_key (secret_hash)",
                "create index api_key_created_by on api_key (created_by)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table api_key"]).await
    }
}
