//! Addresses of customers and of organization units: exactly one owner, one default per kind.

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
                "create table address (
    id {uuid} not null primary key,
    customer_id {uuid} references customer (id) on delete cascade,
    organization_unit_id {uuid} references organization_unit (id) on delete cascade,
    address_name {text} check (length(address_name) <= 255),
    first_name {text} check (length(first_name) <= 255),
    last_name {text} check (length(last_name) <= 255),
    company {text} check (length(company) <= 255),
    phone {text} check (length(phone) <= 40),
    phone_e164 {text} check (length(phone_e164) <= 16),
    address1 {text} check (length(address1) <= 255),
    address2 {text} check (length(address2) <= 255),
    city {text} check (length(city) <= 255),
    province {text} check (length(province) <= 255),
    province_code {text} check (length(province_code) <= 16),
    postal_code {text} check (length(postal_code) <= 32),
    country_code {text} not null check (length(country_code) = 2),
    is_default_shipping {bool} not null default {false},
    is_default_billing {bool} not null default {false},
    metadata {json} not null,
    private_metadata {json} not null,
    validation {json} not null,
    version {int} not null default 1 check (version > 0),
    created_at {time} not null,
    updated_at {time} not null,
    check ((customer_id is null) <> (organization_unit_id is null))
) {strict}",
                "create unique index address_default_shipping on address (customer_id) where is_default_shipping = {true} and customer_id is not null",
                "create unique index address_default_billing on address (customer_id) where is_default_billing = {true} and customer_id is not null",
                "create unique index address_unit_default_shipping on address (organization_unit_id) where is_default_shipping = {true} and organization_unit_id is not null",
                "create unique index address_unit_default_billing on address (organization_unit_id) where is_default_billing = {true} and organization_unit_id is not null",
                "create index address_customer on address (customer_id, created_at, id)",
                "create index address_organization_unit on address (organization_unit_id, created_at, id)",
                "create index address_created_at on address (created_at, id)",
                "create index address_updated_at on address (updated_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table address"]).await
    }
}
