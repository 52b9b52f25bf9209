//! Somebody with several orders may be asked about each of them at the same time, so there may be several good tokens of
//! that purpose for one e-mail address.

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
                "drop index account_token_open",
                "create unique index account_token_open on account_token (purpose, email_normalized)
    where used_at is null and email_normalized <> '' and purpose not in ('PROFILE', 'ORDER_TRANSFER')",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "drop index account_token_open",
                "update account_token set used_at = created_at where used_at is null and purpose = 'ORDER_TRANSFER'",
                "create unique index account_token_open on account_token (purpose, email_normalized)
    where used_at is null and email_normalized <> '' and purpose <> 'PROFILE'",
            ],
        )
        .await
    }
}
