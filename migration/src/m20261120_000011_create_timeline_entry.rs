//! The timeline: who changed what, chained by hashes per subject.

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
                "create table timeline_entry (
    id {uuid} not null primary key,
    subject_id {uuid} not null,
    sequence {int} not null check (sequence > 0),
    object_id {text} not null,
    type {text} not null check (length(type) <= 64),
    at {time} not null,
    actor_type {text} not null,
    actor_id {uuid},
    reason {text} check (length(reason) <= 500),
    request_id {text} check (length(request_id) <= 64),
    changes {json},
    salt {text},
    changes_digest {text} not null,
    previous_hash {text} not null,
    hash {text} not null
) {strict}",
                "create unique index timeline_entry_sequence on timeline_entry (subject_id, sequence)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table timeline_entry"]).await
    }
}
