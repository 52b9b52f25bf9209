//! `orderTransferAccept` and `orderTransferDecline`: the owner of an order says whether it may go.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::OrderTransferId;

use super::{
    filter::OrderTransferState,
    object::OrderTransfer,
    order_transfer_request::done,
    service::{self, Answer, By, Decision, Verdict},
};
use crate::{
    auth::rate_limit,
    graphql::{ContextExt, Id, Problem, Secret, payload},
    work::{Call, ErrorCode, UnitOfWork, UserError, WriteError, WriteOptions, Written},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct OrderTransferDecideMutation;

/// What the owner of an order decides about. There is no dry run: it would show who shall own the order.
#[derive(Debug, InputObject)]
pub struct OrderTransferDecideInput {
    /// The token in the link, for which nobody needs to log in. Give this or `id`.
    token: Option<Secret>,
    /// Which transfer, for the owner who has logged in.
    id: Option<Id<OrderTransferId>>,
    /// The version that you have seen; when the transfer has another by now, nothing is changed.
    expected_version: Option<i32>,
    /// Repeating the request with the same key is answered as the first time. With a token there is no need of one: it is
    /// good once.
    idempotency_key: Option<String>,
}

/// What the mutations answer by which the owner of an order decides.
#[derive(Debug, SimpleObject)]
pub struct OrderTransferDecidePayload {
    /// What became of the transfer; null when there are user errors.
    state: Option<OrderTransferState>,
    /// The transfer as it is now, for the owner who has logged in; null when there are user errors.
    order_transfer: Option<OrderTransfer>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl OrderTransferDecideMutation {
    /// Agrees that an order goes to the customer who shall own it. Whoever has the link in the mail may do so, and the owner
    /// who has logged in.
    async fn order_transfer_accept(
        &self,
        ctx: &Context<'_>,
        input: OrderTransferDecideInput,
    ) -> Result<Option<OrderTransferDecidePayload>> {
        decide(ctx, "orderTransferAccept", input, Verdict::Accept)
            .await
            .map(Some)
    }

    /// Says that an order stays where it is. Whoever has the link in the mail may do so, and the owner who has logged in.
    async fn order_transfer_decline(
        &self,
        ctx: &Context<'_>,
        input: OrderTransferDecideInput,
    ) -> Result<Option<OrderTransferDecidePayload>> {
        decide(ctx, "orderTransferDecline", input, Verdict::Decline)
            .await
            .map(Some)
    }
}

async fn decide(
    ctx: &Context<'_>,
    mutation: &'static str,
    input: OrderTransferDecideInput,
    verdict: Verdict,
) -> Result<OrderTransferDecidePayload> {
    let call = ctx.call();
    let (by, options) = match (input.token, input.id) {
        (Some(token), None) => {
            let options = WriteOptions {
                mutation,
                ..WriteOptions::default()
            };
            (Ok(By::Token(token.0)), options)
        }
        (None, Some(id)) => {
            // Of what may be decided without the link, who has not logged in as the owner sees nothing: it is not found.
            let options = ctx.write_options(mutation, input.idempotency_key, None, None)?;
            (Ok(By::Account(id.0)), options)
        }
        _ => {
            let error = UserError::new(ErrorCode::Invalid, "token", "Give exactly one of token and id.");
            (Err(error), WriteOptions::default())
        }
    };
    let written = match by {
        Ok(by) => {
            let decision = Decision {
                by,
                verdict,
                expected_version: input.expected_version,
            };
            write(call, options, decision).await
        }
        Err(error) => Err(error.into()),
    };
    let (transfer, user_errors, _) = payload(call, done(written))?;
    let own = call.viewer.customer();
    Ok(OrderTransferDecidePayload {
        state: transfer.as_ref().map(|transfer| transfer.state.into()),
        // Whoever has the link need not be the owner, as far as anybody knows.
        order_transfer: transfer
            .filter(|transfer| own.is_some() && transfer.from_customer_id == own)
            .map(OrderTransfer::from),
        user_errors,
    })
}

async fn write(call: &Arc<Call>, options: WriteOptions, decision: Decision) -> Result<Written<Answer>, WriteError> {
    if matches!(decision.by, By::Token(_)) {
        rate_limit::count_network(call).await?;
    }
    call.write(options, async move |unit: &mut UnitOfWork| {
        service::decide(unit, decision.clone()).await
    })
    .await
}
