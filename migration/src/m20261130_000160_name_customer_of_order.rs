//! Whom the source of an order last named, which need not be whose the order is: it may have been given to somebody else
//! since. And lists of the orders of a channel are read in their order.

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
                "alter table order_link add column named_customer_id {uuid}",
                "update order_link set named_customer_id = customer_id where customer_id is not null",
                // Of one that was given away the source still names the former owner.
                "update order_link set named_customer_id = (
    select from_customer_id from order_transfer
    where order_link_id = order_link.id and to_customer_id = order_link.customer_id and state = 'ACCEPTED'
    order by decided_at desc limit 1
) where exists (
    select 1 from order_transfer
    where order_link_id = order_link.id and to_customer_id = order_link.customer_id and state = 'ACCEPTED'
)",
                "create index order_link_named_customer on order_link (named_customer_id) where named_customer_id is not null",
                "drop index order_link_channel",
                "create index order_link_channel on order_link (channel_id, placed_at, id)",
                "create index order_link_channel_updated_at on order_link (channel_id, updated_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            &[
                "drop index order_link_channel_updated_at",
                "drop index order_link_channel",
                "create index order_link_channel on order_link (channel_id)",
                "drop index order_link_named_customer",
                "alter table order_link drop column named_customer_id",
            ],
        )
        .await
    }
}
