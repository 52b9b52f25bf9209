//! Queries that staff users keep, and the roles with which they share them.

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
                "create table saved_query (
    id {uuid} not null primary key,
    owner_id {uuid} not null references staff_user (id) on delete cascade,
    name {text} not null check (length(name) between 1 and 255),
    name_folded {text} not null,
    description {text} check (length(description) between 1 and 1000),
    document {text} not null check (length(document) between 1 and 20000),
    variables {text} check (length(variables) between 1 and 20000),
    version {int} not null default 1,
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index saved_query_owner_name on saved_query (owner_id, name_folded)",
                "create index saved_query_name on saved_query (name_folded, id)",
                "create table saved_query_role (
    saved_query_id {uuid} not null references saved_query (id) on delete cascade,
    role_id {uuid} not null references role (id) on delete cascade,
    primary key (saved_query_id, role_id)
) {strict}",
                "create index saved_query_role_role on saved_query_role (role_id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table saved_query_role", "drop table saved_query"]).await
    }
}
