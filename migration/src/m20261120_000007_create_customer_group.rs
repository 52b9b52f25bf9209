//! Customer groups, owned by a vendor or by the platform, and who is in them.

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
                "create table customer_group (
    id {uuid} not null primary key,
    owner_vendor_id {uuid},
    name {text} not null check (length(name) between 1 and 255),
    name_folded {text} not null,
    external_id {text} check (length(external_id) between 1 and 255),
    metadata {json} not null,
    private_metadata {json} not null,
    version {int} not null default 1 check (version > 0),
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index customer_group_platform_name on customer_group (name_folded) where owner_vendor_id is null",
                "create unique index customer_group_vendor_name on customer_group (owner_vendor_id, name_folded) where owner_vendor_id is not null",
                "create unique index customer_group_external_id on customer_group (external_id)",
                "create index customer_group_created_at on customer_group (created_at, id)",
                "create index customer_group_updated_at on customer_group (updated_at, id)",
                "create index customer_group_name on customer_group (name_folded, id)",
                "create table customer_group_member (
    id {uuid} not null primary key,
    customer_group_id {uuid} not null references customer_group (id) on delete cascade,
    customer_id {uuid} not null references customer (id) on delete cascade,
    added_at {time} not null
) {strict}",
                "create unique index customer_group_member_pair on customer_group_member (customer_id, customer_group_id)",
                "create index customer_group_member_group on customer_group_member (customer_group_id, added_at, id)",
                "create index customer_group_member_of_customer on customer_group_member (customer_id, added_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &["drop table customer_group_member", "drop table customer_group"],
        )
        .await
    }
}
