//! What happened to orders after they were placed, and what customers ordered, added up.

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
                "alter table order_link add column is_canceled {bool} not null default {false}",
                "alter table order_link add column refunded_amount {bigint} not null default 0 check (refunded_amount >= 0)",
                "alter table order_link add column return_count {int} not null default 0 check (return_count >= 0)",
                "update order_link set is_canceled = {true} where lower(trim(status)) in ('canceled', 'cancelled')",
                // The first and the last order of a customer in a currency, without a look at those between.
                "create index order_link_currency on order_link (customer_id, currency_code, is_canceled, placed_at)",
                // The orders of an e-mail address in the order of the list.
                "drop index order_link_email",
                "create index order_link_email on order_link (email_normalized, placed_at, id)",
                "create table order_activity (
    id {uuid} not null primary key,
    order_link_id {uuid} not null references order_link (id) on delete cascade,
    customer_id {uuid} references customer (id) on delete set null,
    kind {text} not null check (kind in ('RETURN', 'CLAIM', 'EXCHANGE', 'REFUND', 'CREDIT', 'NOTE')),
    external_id {text} not null check (length(external_id) between 1 and 255),
    status {text} not null check (length(status) between 1 and 64),
    is_void {bool} not null,
    amount {bigint} check (amount >= 0),
    currency_code {text} check (length(currency_code) = 3),
    note {text} check (length(note) between 1 and 2000),
    occurred_at {time} not null,
    source_updated_at {time} not null,
    version {int} not null default 1 check (version > 0),
    created_at {time} not null,
    updated_at {time} not null,
    check ((amount is null) = (currency_code is null))
) {strict}",
                "create unique index order_activity_source on order_activity (order_link_id, kind, external_id)",
                "create index order_activity_order on order_activity (order_link_id, occurred_at, id)",
                "create index order_activity_customer on order_activity (customer_id, occurred_at, id)",
                "create index order_activity_occurred_at on order_activity (occurred_at, id)",
                "create index order_activity_updated_at on order_activity (updated_at, id)",
                "create table order_stats (
    customer_id {uuid} not null references customer (id) on delete cascade,
    currency_code {text} not null check (length(currency_code) = 3),
    order_count {bigint} not null check (order_count >= 0),
    spent_amount {bigint} not null,
    refunded_amount {bigint} not null check (refunded_amount >= 0),
    returned_order_count {bigint} not null check (returned_order_count between 0 and order_count),
    first_placed_at {time} not null,
    last_placed_at {time} not null,
    primary key (customer_id, currency_code)
) {strict}",
                "insert into order_stats
    select customer_id, currency_code, count(*), cast(sum(total_amount) as bigint), 0, 0, min(placed_at), max(placed_at)
    from order_link
    where customer_id is not null and is_canceled = {false}
    group by customer_id, currency_code",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "drop table order_stats",
                "drop table order_activity",
                "drop index order_link_email",
                "create index order_link_email on order_link (email_normalized)",
                "drop index order_link_currency",
                "alter table order_link drop column return_count",
                "alter table order_link drop column refunded_amount",
                "alter table order_link drop column is_canceled",
            ],
        )
        .await
    }
}
