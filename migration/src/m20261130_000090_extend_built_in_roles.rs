//! What the built-in roles may do with notes, interactions, timelines and the feed of changes. The owner may do
//! everything and the analyst read everything as it is.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::dialect::run_on;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Id, permissions before and permissions from now on.
const ROLES: [(&str, &str, &str); 3] = [
    (
        "00000000000070008000000000000012",
        r#"["customers:read","customers:write","impersonation:start","addresses:*","groups:read","organizations:read","orders:read","mails:read","sessions:*"]"#,
        r#"["customers:read","customers:write","impersonation:start","addresses:*","groups:read","organizations:read","orders:read","mails:read","sessions:*","notes:*","interactions:*","timeline:read"]"#,
    ),
    (
        "00000000000070008000000000000013",
        r#"["customers:read","groups:*","organizations:read","orders:read"]"#,
        r#"["customers:read","groups:*","organizations:read","orders:read","interactions:read"]"#,
    ),
    (
        "00000000000070008000000000000015",
        r#"["customers:read","customers:write","addresses:*","groups:*","organizations:*","orders:*"]"#,
        r#"["customers:read","customers:write","addresses:*","groups:*","organizations:*","orders:*","interactions:*","events:read"]"#,
    ),
];

async fn set(manager: &SchemaManager<'_>, id: &str, permissions: &str) -> Result<(), DbErr> {
    let update = |id: &str| format!("update role set permissions = '{permissions}' where id = {id}");
    run_on(manager, DbBackend::Postgres, &[&update(&format!("'{id}'"))]).await?;
    run_on(manager, DbBackend::Sqlite, &[&update(&format!("x'{id}'"))]).await
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (id, _, permissions) in ROLES {
            set(manager, id, permissions).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (id, permissions, _) in ROLES {
            set(manager, id, permissions).await?;
        }
        Ok(())
    }
}
