//! Identities apart from customers, how they log in, and their sessions.

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
                "create table auth_identity (
    id {uuid} not null primary key,
    customer_id {uuid} references customer (id) on delete set null,
    staff_user_id {uuid} references staff_user (id) on delete set null,
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index auth_identity_customer on auth_identity (customer_id)",
                "create unique index auth_identity_staff_user on auth_identity (staff_user_id)",
                "create table provider_identity (
    id {uuid} not null primary key,
    auth_identity_id {uuid} not null references auth_identity (id) on delete cascade,
    provider {text} not null check (length(provider) between 1 and 64),
    subject {text} not null check (length(subject) between 1 and 255),
    secret_hash {text},
    data {json} not null,
    verified_at {time},
    last_used_at {time},
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index provider_identity_subject on provider_identity (provider, subject)",
                "create index provider_identity_auth_identity on provider_identity (auth_identity_id)",
                "create table session (
    id {uuid} not null primary key,
    auth_identity_id {uuid} not null references auth_identity (id) on delete cascade,
    actor_type {text} not null check (actor_type in ('CUSTOMER', 'STAFF')),
    actor_id {uuid} not null,
    refresh_token_hash {text} not null,
    previous_refresh_token_hash {text},
    rotated_at {time},
    created_at {time} not null,
    last_seen_at {time} not null,
    expires_at {time} not null,
    revoked_at {time}
) {strict}",
                "create unique index session_refresh_token on session (refresh_token_hash)",
                "create index session_previous_refresh_token on session (previous_refresh_token_hash)",
                "create index session_auth_identity on session (auth_identity_id, created_at, id)",
                "create index session_expires_at on session (expires_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "drop table session",
                "drop table provider_identity",
                "drop table auth_identity",
            ],
        )
        .await
    }
}
