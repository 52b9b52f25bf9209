//! What a browser brought from a provider in a form, until the frontend comes for it.

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
                "create table provider_answer (
    id {uuid} not null primary key,
    state_hash {text} not null check (length(state_hash) = 64),
    code_hash {text} not null check (length(code_hash) = 64),
    sealed {text} not null check (length(sealed) <= 400000),
    created_at {time} not null,
    expires_at {time} not null
) {strict}",
                "create unique index provider_answer_state on provider_answer (state_hash)",
                "create unique index provider_answer_code on provider_answer (code_hash)",
                "create index provider_answer_expires_at on provider_answer (expires_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table provider_answer"]).await
    }
}
