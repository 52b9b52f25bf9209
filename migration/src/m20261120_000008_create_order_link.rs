//! Links to orders that another service owns, with their lines.

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
                "create table order_link (
    id {uuid} not null primary key,
    source {text} not null check (length(source) between 1 and 64),
    order_id {text} not null check (length(order_id) between 1 and 255),
    display_id {text} check (length(display_id) <= 64),
    customer_id {uuid} references customer (id) on delete set null,
    organization_id {uuid} references organization (id) on delete set null,
    vendor_id {uuid},
    channel_id {uuid} references channel (id) on delete set null,
    email {text} check (length(email) <= 254),
    email_normalized {text} check (length(email_normalized) <= 254),
    status {text} not null check (length(status) between 1 and 64),
    payment_status {text} check (length(payment_status) <= 64),
    fulfillment_status {text} check (length(fulfillment_status) <= 64),
    total_amount {bigint} not null,
    currency_code {text} not null check (length(currency_code) = 3),
    placed_at {time} not null,
    source_updated_at {time} not null,
    version {int} not null default 1 check (version > 0),
    created_at {time} not null,
    updated_at {time} not null
) {strict}",
                "create unique index order_link_source on order_link (source, order_id)",
                "create index order_link_customer on order_link (customer_id, placed_at, id)",
                "create index order_link_organization on order_link (organization_id, placed_at, id)",
                "create index order_link_channel on order_link (channel_id)",
                "create index order_link_email on order_link (email_normalized)",
                "create index order_link_placed_at on order_link (placed_at, id)",
                "create index order_link_updated_at on order_link (updated_at, id)",
                "create index order_link_created_at on order_link (created_at, id)",
                "create table order_line (
    id {uuid} not null primary key,
    order_link_id {uuid} not null references order_link (id) on delete cascade,
    position {int} not null check (position >= 0),
    title {text} check (length(title) <= 255),
    sku {text} check (length(sku) <= 128),
    quantity {int} not null check (quantity >= 0),
    unit_price_amount {bigint},
    discount_amount {bigint},
    total_amount {bigint}
) {strict}",
                "create unique index order_line_position on order_line (order_link_id, position)",
                "create index order_line_sku on order_line (sku)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["drop table order_line", "drop table order_link"]).await
    }
}
