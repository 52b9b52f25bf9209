//! Wishes to give an order to another customer, and what became of them.

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
                "create table order_transfer (
    id {uuid} not null primary key,
    order_link_id {uuid} not null references order_link (id) on delete cascade,
    from_customer_id {uuid} references customer (id) on delete set null,
    to_customer_id {uuid} references customer (id) on delete set null,
    state {text} not null check (state in ('REQUESTED', 'ACCEPTED', 'DECLINED', 'CANCELLED', 'EXPIRED')),
    requested_by_type {text} not null check (length(requested_by_type) between 1 and 16),
    requested_by_id {uuid},
    reason {text} check (length(reason) between 1 and 500),
    update_email {bool} not null,
    expires_at {time} not null,
    asked_at {time} not null,
    decided_at {time},
    account_token_id {uuid} references account_token (id) on delete set null,
    mail_id {uuid} references mail (id) on delete set null,
    version {int} not null default 1 check (version > 0),
    created_at {time} not null,
    updated_at {time} not null,
    check ((state = 'REQUESTED') = (decided_at is null))
) {strict}",
                // One wish at a time for each order.
                "create unique index order_transfer_open on order_transfer (order_link_id) where state = 'REQUESTED'",
                "create index order_transfer_due on order_transfer (expires_at, id) where state = 'REQUESTED'",
                "create index order_transfer_order_link on order_transfer (order_link_id, created_at, id)",
                "create index order_transfer_list on order_transfer (created_at, id)",
                "create index order_transfer_state on order_transfer (state, created_at, id)",
                "create index order_transfer_from on order_transfer (from_customer_id, created_at, id)",
                "create index order_transfer_to on order_transfer (to_customer_id, created_at, id)",
                "create index order_transfer_requested_by on order_transfer (requested_by_id)",
                "create index order_transfer_account_token on order_transfer (account_token_id)",
                "create index order_transfer_mail on order_transfer (mail_id)",
                "create table order_transfer_party (
    customer_id {uuid} not null references customer (id) on delete cascade,
    order_transfer_id {uuid} not null references order_transfer (id) on delete cascade,
    primary key (customer_id, order_transfer_id)
) {strict}",
                "create index order_transfer_party_transfer on order_transfer_party (order_transfer_id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &["drop table order_transfer_party", "drop table order_transfer"],
        )
        .await
    }
}
