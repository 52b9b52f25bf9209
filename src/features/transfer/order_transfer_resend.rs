//! `orderTransferResend`: the owner of an order is asked once more.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result};
use entity::id::OrderTransferId;

use super::{
    order_transfer_request::{OrderTransferPayload, answer_or_end, count, forbid},
    service,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, Id},
    work::{Call, Complaints, UnitOfWork, WriteError, WriteOptions, Written},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrderTransferResendMutation;

/// The transfer about which to ask once more.
#[derive(Debug, InputObject)]
pub struct OrderTransferResendInput {
    /// Which transfer.
    id: Id<OrderTransferId>,
    /// The version that you have seen; when the transfer has another by now, nothing is sent.
    expected_version: Option<i32>,
    /// Run everything, answer with what would change, keep nothing. For staff.
    dry_run: Option<bool>,
    /// Repeating the request with the same key sends nothing twice.
    idempotency_key: Option<String>,
}

#[Object]
impl OrderTransferResendMutation {
    /// Sends the owner of an order once more the mail that asks them; the link before is good no longer, and the new one
    /// is good until the same day. Whoever asks again within a minute is told `COOLDOWN`. Customers may do so for what they
    /// asked for; in admin scope this requires `orders:write`.
    #[graphql(
        guard = "guard::store_or_orders_write",
        visible = "guard::shows::store_or_orders_write"
    )]
    async fn order_transfer_resend(
        &self,
        ctx: &Context<'_>,
        input: OrderTransferResendInput,
    ) -> Result<Option<OrderTransferPayload>> {
        let call = ctx.call();
        let options = ctx.write_options("orderTransferResend", input.idempotency_key, input.dry_run, None)?;
        let (id, version) = (input.id.0, input.expected_version);
        let written = match for_staff_alone(call.viewer.customer().is_some(), input.dry_run) {
            Ok(()) => resend(call, options, id, version).await,
            Err(errors) => Err(errors.into()),
        };
        answer_or_end(ctx, written).map(Some)
    }
}

async fn resend(
    call: &Arc<Call>,
    options: WriteOptions,
    id: OrderTransferId,
    version: Option<i32>,
) -> Result<Written<service::Answer>, WriteError> {
    if let Some(own) = call.viewer.customer() {
        count(call, own).await?;
    }
    call.write(options, async move |unit: &mut UnitOfWork| {
        service::resend(unit, id, version).await
    })
    .await
}

/// Refuses a dry run of a customer: it would show whom the transfer concerns on the other side.
pub(super) fn for_staff_alone(is_customer: bool, dry_run: Option<bool>) -> Result<(), Vec<crate::work::UserError>> {
    let mut complaints = Complaints::default();
    let message = "Only staff may say this. Leave it out.";
    forbid(
        &mut complaints,
        &[("dryRun", is_customer && dry_run.is_some())],
        message,
    );
    complaints.check(())
}
