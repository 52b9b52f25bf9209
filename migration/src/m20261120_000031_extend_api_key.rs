//! What an API key is for, the secret before it, and when it was last used.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// New columns, in the order of the entity.
const COLUMNS: [&str; 5] = [
    "kind {text} not null default 'SECRET' check (kind in ('SECRET', 'PUBLISHABLE'))",
    "channel_id {uuid}",
    "previous_secret_hash {text}",
    "previous_expires_at {time}",
    "last_used_at {time}",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            run(manager, &[&format!("alter table api_key add column {column}")]).await?;
        }
        run(
            manager,
            &[
                "create unique index api_key_previous_secret on api_key (previous_secret_hash)",
                "create index api_key_created_at on api_key (created_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &["drop index api_key_created_at", "drop index api_key_previous_secret"],
        )
        .await?;
        for column in COLUMNS.iter().rev() {
            let name = column.split(' ').next().unwrap_or_default();
            run(manager, &[&format!("alter table api_key drop column {name}")]).await?;
        }
        Ok(())
    }
}
