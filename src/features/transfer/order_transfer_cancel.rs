//! `orderTransferCancel`: whoever asked takes it back.

use async_graphql::{Context, InputObject, Object, Result};
use entity::id::OrderTransferId;

use super::{
    order_transfer_request::{OrderTransferPayload, answer_or_end},
    order_transfer_resend::for_staff_alone,
    service,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, Id},
    work::UnitOfWork,
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrderTransferCancelMutation;

/// The transfer to take back.
#[derive(Debug, InputObject)]
pub struct OrderTransferCancelInput {
    /// Which transfer.
    id: Id<OrderTransferId>,
    /// The version that you have seen; when the transfer has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing. For staff.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

#[Object]
impl OrderTransferCancelMutation {
    /// Takes back the wish to give an order to another customer; the link in the mail is good no longer. Customers may do
    /// so for what they asked for; in admin scope this requires `orders:write`.
    #[graphql(
        guard = "guard::store_or_orders_write",
        visible = "guard::shows::store_or_orders_write"
    )]
    async fn order_transfer_cancel(
        &self,
        ctx: &Context<'_>,
        input: OrderTransferCancelInput,
    ) -> Result<Option<OrderTransferPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("orderTransferCancel", input.idempotency_key, input.dry_run, None)?;
        let (id, version) = (input.id.0, input.expected_version);
        let written = match for_staff_alone(call.viewer.customer().is_some(), input.dry_run) {
            Ok(()) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::cancel(unit, id, version).await
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        answer_or_end(ctx, written).map(Some)
    }
}
