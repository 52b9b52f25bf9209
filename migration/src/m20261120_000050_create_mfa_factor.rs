//! Second factors, and the codes for those who have lost theirs.

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
                "create table mfa_factor (
    id {uuid} not null primary key,
    auth_identity_id {uuid} not null references auth_identity (id) on delete cascade,
    kind {text} not null check (kind in ('TOTP', 'WEBAUTHN')),
    name {text} not null check (length(name) between 1 and 100),
    secret {text} not null,
    last_used_step {bigint},
    last_used_at {time},
    confirmed_at {time},
    created_at {time} not null
) {strict}",
                "create index mfa_factor_auth_identity on mfa_factor (auth_identity_id, created_at, id)",
                "create unique index mfa_factor_totp on mfa_factor (auth_identity_id)
    where kind = 'TOTP' and confirmed_at is not null",
                "create table recovery_code (
    id {uuid} not null primary key,
    auth_identity_id {uuid} not null references auth_identity (id) on delete cascade,
    code_hash {text} not null check (length(code_hash) = 64),
    created_at {time} not null,
    used_at {time}
) {strict}",
                "create unique index recovery_code_code on recovery_code (auth_identity_id, code_hash)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table recovery_code", "drop table mfa_factor"]).await
    }
}
