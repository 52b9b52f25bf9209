//! What a session knows about how it began: where, how strongly proven, and on whose behalf.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// New columns, in the order of the entity.
const COLUMNS: [&str; 8] = [
    "family_hash {text}",
    "device {text}",
    "ip_prefix {text}",
    "assurance {text} not null default 'AAL1' check (assurance in ('AAL1', 'AAL2'))",
    "authenticated_at {time}",
    "impersonator_id {uuid}",
    "impersonation_reason {text}",
    "is_read_only {bool} not null default {false}",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            run(manager, &[&format!("alter table session add column {column}")]).await?;
        }
        run(
            manager,
            &[
                "update session set family_hash = refresh_token_hash, authenticated_at = created_at",
                "create unique index session_family on session (family_hash)",
                "create index session_actor on session (actor_type, actor_id, created_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop index session_actor", "drop index session_family"]).await?;
        for column in COLUMNS.iter().rev() {
            let name = column.split(' ').next().unwrap_or_default();
            run(manager, &[&format!("alter table session drop column {name}")]).await?;
        }
        Ok(())
    }
}
