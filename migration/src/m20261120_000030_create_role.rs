//! Roles of staff users, what they inherit from each other, and who has them where.
//!
//! The ids of the built-in roles are fixed, so that a client may name them without looking them up.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::dialect::{run, run_on};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Id, name, permissions, and whether whoever has such roles alone is held to lower limits.
const BUILT_IN: [(&str, &str, &str, bool); 5] = [
    ("00000000000070008000000000000011", "owner", r#"["*"]"#, false),
    (
        "00000000000070008000000000000012",
        "support",
        r#"["customers:read","customers:write","impersonation:start","addresses:*","groups:read","organizations:read","orders:read","mails:read","sessions:*"]"#,
        false,
    ),
    (
        "00000000000070008000000000000013",
        "marketing",
        r#"["customers:read","groups:*","organizations:read","orders:read"]"#,
        false,
    ),
    ("00000000000070008000000000000014", "analyst", r#"["*:read"]"#, true),
    (
        "00000000000070008000000000000015",
        "integration",
        r#"["customers:read","customers:write","addresses:*","groups:*","organizations:*","orders:*"]"#,
        false,
    ),
];

const CREATED_AT: &str = "2026-11-20T00:00:00+00:00";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "create table role (
    id {uuid} not null primary key,
    name {text} not null check (length(name) between 1 and 255),
    name_folded {text} not null,
    permissions {json} not null,
    field_masks {json} not null,
    is_built_in {bool} not null default {false},
    is_bounded {bool} not null default {false},
    version {int} not null default 1,
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index role_name on role (name_folded)",
                "create table role_parent (
    role_id {uuid} not null references role (id) on delete cascade,
    parent_id {uuid} not null references role (id),
    primary key (role_id, parent_id),
    check (role_id <> parent_id)
) {strict}",
                "create index role_parent_parent on role_parent (parent_id)",
                "create table role_assignment (
    id {uuid} not null primary key,
    staff_user_id {uuid} not null references staff_user (id) on delete cascade,
    role_id {uuid} not null references role (id),
    scope_kind {text} not null check (scope_kind in ('ALL', 'CHANNEL', 'VENDOR')),
    scope_id {uuid},
    assigned_by {uuid},
    created_at {time} not null,
    check ((scope_kind = 'ALL') = (scope_id is null))
) {strict}",
                "create unique index role_assignment_all on role_assignment (staff_user_id, role_id)
    where scope_id is null",
                "create unique index role_assignment_scoped
    on role_assignment (staff_user_id, role_id, scope_kind, scope_id) where scope_id is not null",
                "create index role_assignment_role on role_assignment (role_id)",
                "create index staff_user_created_at on staff_user (created_at, id)",
            ],
        )
        .await?;
        for (id, name, permissions, is_bounded) in BUILT_IN {
            let bounded = if is_bounded { "{true}" } else { "{false}" };
            let insert = |id: &str| {
                format!(
                    "insert into role (id, name, name_folded, permissions, field_masks, is_built_in, is_bounded, created_at, updated_at)
                     values ({id}, '{name}', '{name}', '{permissions}', '[]', {{true}}, {bounded}, '{CREATED_AT}', '{CREATED_AT}')"
                )
            };
            run_on(manager, DbBackend::Postgres, &[&insert(&format!("'{id}'"))]).await?;
            run_on(manager, DbBackend::Sqlite, &[&insert(&format!("x'{id}'"))]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "drop index staff_user_created_at",
                "drop table role_assignment",
                "drop table role_parent",
                "drop table role",
            ],
        )
        .await
    }
}
