//! Passkeys: keys on people's devices, with which they log in.

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
                "create table passkey (
    id {uuid} not null primary key,
    auth_identity_id {uuid} not null references auth_identity (id) on delete cascade,
    name {text} not null check (length(name) between 1 and 64),
    credential_id {text} not null check (length(credential_id) between 1 and 1364),
    credential {json} not null,
    sign_count {bigint} not null check (sign_count >= 0),
    created_at {time} not null,
    last_used_at {time}
) {strict}",
                "create unique index passkey_credential on passkey (credential_id)",
                "create index passkey_auth_identity on passkey (auth_identity_id, created_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table passkey"]).await
    }
}
