//! The three built-in roles of every organization: buyer, approver, admin.
//!
//! Their ids are fixed, so that a client may name them without looking them up.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::dialect::{run, run_on};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const ROLES: [(&str, &str, &str, &str); 3] = [
    (
        "00000000000070008000000000000001",
        "admin",
        "Admin",
        r#"["orders:place","orders:approve","members:manage","organization:update"]"#,
    ),
    (
        "00000000000070008000000000000002",
        "approver",
        "Approver",
        r#"["orders:place","orders:approve"]"#,
    ),
    (
        "00000000000070008000000000000003",
        "buyer",
        "Buyer",
        r#"["orders:place"]"#,
    ),
];

const CREATED_AT: &str = "2026-11-20T00:00:00+00:00";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (id, handle, name, permissions) in ROLES {
            let insert = |id: &str| {
                format!(
                    "insert into organization_role (id, organization_id, handle, name, permissions, created_at, updated_at)
                     values ({id}, null, '{handle}', '{name}', '{permissions}', '{CREATED_AT}', '{CREATED_AT}')"
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
            &["delete from organization_role where organization_id is null"],
        )
        .await
    }
}
