//! At most one token of a purpose is good for an e-mail address, also of several that are made at once; but for the first
//! steps of registrations, of which nobody may spoil another's.

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
                "update account_token set used_at = created_at
    where used_at is null and email_normalized <> '' and purpose <> 'PROFILE' and exists (
        select 1 from account_token newer
        where newer.purpose = account_token.purpose and newer.email_normalized = account_token.email_normalized
            and newer.used_at is null and newer.id > account_token.id
    )",
                "create unique index account_token_open on account_token (purpose, email_normalized)
    where used_at is null and email_normalized <> '' and purpose <> 'PROFILE'",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop index account_token_open"]).await
    }
}
