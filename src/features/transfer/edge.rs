//! The edges by which other rooms' objects lead to transfers.

use async_graphql::{Context, Result};
use entity::{id::CustomerId, order_link, order_transfer::Column};
use sea_orm::Condition;

use super::{
    loader::{ActiveTransferOfOrder, TransferCountOfCustomer, TransfersOfCustomer},
    object::OrderTransfer,
};
use crate::graphql::{Connection, ContextExt, Direction, ListRequest, PageArguments, SortKey};

/// A page of transfers.
pub type OrderTransferConnection = Connection<OrderTransfer>;

/// Those asked for last come first.
pub(super) fn newest_first() -> Vec<SortKey<Column>> {
    [Column::CreatedAt, Column::Id]
        .map(|column| SortKey {
            column,
            direction: Direction::Desc,
        })
        .into()
}

/// The transfers of orders from and to a customer, newest first; read together with those of other customers.
///
/// # Errors
/// `BAD_USER_INPUT` for page arguments that make no sense, and faults.
pub async fn transfers_of(
    ctx: &Context<'_>,
    customer: CustomerId,
    page: PageArguments,
) -> Result<OrderTransferConnection> {
    let request = ListRequest::new(ctx, page, newest_first(), Condition::all())?;
    let key = (customer, request.clone());
    let page = ctx.load::<TransfersOfCustomer>(key.clone()).await?.unwrap_or_default();
    Ok(Connection::new(
        request,
        page,
        Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(ctx.load::<TransferCountOfCustomer>(key).await?.unwrap_or_default()) })
        }),
    ))
}

/// The transfer of an order about which its owner has not decided yet. One that asks somebody else than the owner of now
/// is none.
///
/// # Errors
/// Faults.
pub async fn active_transfer_of(ctx: &Context<'_>, link: &order_link::Model) -> Result<Option<OrderTransfer>> {
    let active = ctx.load::<ActiveTransferOfOrder>(link.id).await?;
    Ok(active
        .filter(|transfer| transfer.from_customer_id == link.customer_id)
        .map(OrderTransfer))
}
