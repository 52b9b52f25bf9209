//! Organizations, their units, roles and members.

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
                "create table organization (
    id {uuid} not null primary key,
    name {text} not null check (length(name) between 1 and 255),
    name_folded {text} not null,
    legal_name {text} check (length(legal_name) <= 255),
    registration_number {text} check (length(registration_number) <= 64),
    external_id {text} check (length(external_id) between 1 and 255),
    status {text} not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED')),
    metadata {json} not null,
    private_metadata {json} not null,
    version {int} not null default 1 check (version > 0),
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index organization_external_id on organization (external_id)",
                "create index organization_created_at on organization (created_at, id)",
                "create index organization_updated_at on organization (updated_at, id)",
                "create index organization_name on organization (name_folded, id)",
                "create table organization_unit (
    id {uuid} not null primary key,
    organization_id {uuid} not null references organization (id) on delete cascade,
    parent_id {uuid} references organization_unit (id) on delete cascade,
    name {text} not null check (length(name) between 1 and 255),
    version {int} not null default 1 check (version > 0),
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index organization_unit_root on organization_unit (organization_id) where parent_id is null",
                "create index organization_unit_organization on organization_unit (organization_id, created_at, id)",
                "create index organization_unit_parent on organization_unit (parent_id, created_at, id)",
                "create table organization_role (
    id {uuid} not null primary key,
    organization_id {uuid} references organization (id) on delete cascade,
    handle {text} not null check (length(handle) between 1 and 64),
    name {text} not null check (length(name) between 1 and 255),
    permissions {json} not null,
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index organization_role_built_in on organization_role (handle) where organization_id is null",
                "create unique index organization_role_handle on organization_role (organization_id, handle) where organization_id is not null",
                "create table organization_member (
    id {uuid} not null primary key,
    organization_id {uuid} not null references organization (id) on delete cascade,
    customer_id {uuid} not null references customer (id) on delete cascade,
    status {text} not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED')),
    version {int} not null default 1 check (version > 0),
    joined_at {time} not null,
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index organization_member_customer on organization_member (organization_id, customer_id)",
                "create index organization_member_joined_at on organization_member (organization_id, joined_at, id)",
                "create index organization_member_of_customer on organization_member (customer_id, joined_at, id)",
                "create table organization_member_role (
    organization_member_id {uuid} not null references organization_member (id) on delete cascade,
    organization_role_id {uuid} not null references organization_role (id) on delete restrict,
    primary key (organization_member_id, organization_role_id)
) {strict}",
                "create index organization_member_role_role on organization_member_role (organization_role_id)",
                "create table organization_member_unit (
    organization_member_id {uuid} not null references organization_member (id) on delete cascade,
    organization_unit_id {uuid} not null references organization_unit (id) on delete cascade,
    primary key (organization_member_id, organization_unit_id)
) {strict}",
                "create index organization_member_unit_unit on organization_member_unit (organization_unit_id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "drop table organization_member_unit",
                "drop table organization_member_role",
                "drop table organization_member",
                "drop table organization_role",
                "drop table organization_unit",
                "drop table organization",
            ],
        )
        .await
    }
}
