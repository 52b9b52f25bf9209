//! On whose behalf something was done: the staff user who acted as a customer.

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
                "alter table timeline_entry add column impersonator_id {uuid}",
                "alter table outbox_event add column impersonator_id {uuid}",
                "create index session_impersonator on session (impersonator_id) where impersonator_id is not null",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "drop index session_impersonator",
                "alter table outbox_event drop column impersonator_id",
                "alter table timeline_entry drop column impersonator_id",
            ],
        )
        .await
    }
}
