//! `orderTransferRequest`: asking the owner of an order whether it may go to another customer.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::{
    id::{CustomerId, OrderLinkId},
    order_transfer,
};

use super::{
    object::OrderTransfer,
    service::{self, REASON, Sought, Wish},
};
use crate::{
    auth::{Permission, guard, rate_limit},
    graphql::{ContextExt, DryRunResult, Email, Id, Problem, payload},
    text::normalize_email,
    work::{Call, Complaints, ErrorCode, UnitOfWork, UserError, WriteError, WriteOptions, Written},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct OrderTransferRequestMutation;

/// An order that shall go to a customer. Staff name the order and the customer; customers ask for themselves, and say what
/// they know of the order.
#[derive(Debug, InputObject)]
pub struct OrderTransferRequestInput {
    /// Which order. For staff.
    order_link_id: Option<Id<OrderLinkId>>,
    /// Who shall own it: a registered customer. For staff.
    to_customer_id: Option<Id<CustomerId>>,
    /// Why, at most 500 characters; the customers do not see it. For staff.
    reason: Option<String>,
    /// Whether the e-mail address on the order becomes that of the new owner; when this is left out it has
    /// none any more. For staff.
    update_email: Option<bool>,
    /// The service that owns the order. For customers.
    source: Option<String>,
    /// The id of the order in its source. For customers.
    order_id: Option<ID>,
    /// The e-mail address on the order. For customers.
    email: Option<Email>,
    /// Run everything, answer with what would change, keep nothing. For staff.
    dry_run: Option<bool>,
    /// Repeating the request with the same key asks nobody twice.
    idempotency_key: Option<String>,
}

/// What the mutations answer by which somebody asks for a transfer, asks once more, or takes it back.
#[derive(Debug, SimpleObject)]
pub struct OrderTransferPayload {
    /// The transfer as it is now; null when there are user errors, or you may not see it.
    order_transfer: Option<OrderTransfer>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl OrderTransferRequestMutation {
    /// Asks the owner of an order, by mail, whether it may go to a customer. It goes there when the owner agrees, and not
    /// before. Customers ask for themselves, with the number of the order and the e-mail address on it; where these do not
    /// fit together, there is no such order. In admin scope this requires `orders:write`.
    #[graphql(
        guard = "guard::store_or_orders_write",
        visible = "guard::shows::store_or_orders_write"
    )]
    async fn order_transfer_request(
        &self,
        ctx: &Context<'_>,
        input: OrderTransferRequestInput,
    ) -> Result<Option<OrderTransferPayload>> {
        let call = ctx.call();
        let options = ctx.write_options(
            "orderTransferRequest",
            input.idempotency_key.clone(),
            input.dry_run,
            None,
        )?;
        let wish = match call.viewer.customer() {
            Some(own) => of_customer(input, own),
            None => of_staff(input),
        };
        let written = match wish {
            Ok(wish) => ask(call, options, wish).await,
            Err(errors) => Err(errors.into()),
        };
        answer(ctx, written).map(Some)
    }
}

async fn ask(
    call: &Arc<Call>,
    options: WriteOptions,
    wish: Wish,
) -> Result<Written<order_transfer::Model>, WriteError> {
    if let Some(own) = call.viewer.customer() {
        count(call, own).await?;
    }
    call.write(options, async move |unit: &mut UnitOfWork| {
        service::request(unit, wish.clone()).await
    })
    .await
}

/// Counts a mail to somebody else for which a customer asked. Whoever guesses at e-mail addresses does not get far.
pub(super) async fn count(call: &Arc<Call>, own: CustomerId) -> Result<(), WriteError> {
    rate_limit::count_account_of(call, "order transfer", &own.to_string(), false).await
}

fn of_staff(input: OrderTransferRequestInput) -> Result<Wish, Vec<UserError>> {
    let mut complaints = Complaints::default();
    forbid(
        &mut complaints,
        &[
            ("source", input.source.is_some()),
            ("orderId", input.order_id.is_some()),
            ("email", input.email.is_some()),
        ],
        "Customers say this. Name the order by orderLinkId.",
    );
    let reason = complaints.text("reason", input.reason, REASON);
    let missing = |path: &str| UserError::new(ErrorCode::Required, path, "Fill this in.");
    let (Some(link), Some(to)) = (input.order_link_id, input.to_customer_id) else {
        if input.order_link_id.is_none() {
            complaints.add(missing("orderLinkId"));
        }
        if input.to_customer_id.is_none() {
            complaints.add(missing("toCustomerId"));
        }
        return Err(complaints.into_errors());
    };
    complaints.check(Wish {
        order: Sought::Link(link.0),
        to: to.0,
        reason,
        update_email: input.update_email.unwrap_or(false),
    })
}

fn of_customer(input: OrderTransferRequestInput, own: CustomerId) -> Result<Wish, Vec<UserError>> {
    let mut complaints = Complaints::default();
    forbid(
        &mut complaints,
        &[
            ("orderLinkId", input.order_link_id.is_some()),
            ("toCustomerId", input.to_customer_id.is_some()),
            ("reason", input.reason.is_some()),
            ("updateEmail", input.update_email.is_some()),
            // It would tell somebody who guesses what nobody else hears of.
            ("dryRun", input.dry_run.is_some()),
        ],
        "Only staff may say this. Leave it out.",
    );
    let source = complaints.required_text("source", input.source, 64);
    let order = complaints.required_text("orderId", input.order_id.map(|id| id.0), 255);
    let email = complaints.required_text("email", input.email.map(|email| email.0), 254);
    complaints.check(Wish {
        order: Sought::Known {
            source,
            order,
            // What is no address is that of no order.
            email: normalize_email(&email),
        },
        to: own,
        reason: None,
        update_email: false,
    })
}

/// Complains about each of these fields that is given.
pub(super) fn forbid(complaints: &mut Complaints, fields: &[(&str, bool)], message: &'static str) {
    for (path, is_given) in fields {
        if *is_given {
            complaints.add(UserError::new(ErrorCode::ForbiddenField, path, message));
        }
    }
}

/// The payload. Whoever may write orders and not read them is told that it worked, and no more.
pub(super) fn answer(
    ctx: &Context<'_>,
    written: Result<Written<order_transfer::Model>, WriteError>,
) -> Result<OrderTransferPayload> {
    let call = ctx.call();
    let (transfer, user_errors, dry_run) = payload(call, written)?;
    let may_see = call.viewer.customer().is_some() || call.viewer.may(Permission::OrdersRead);
    Ok(OrderTransferPayload {
        order_transfer: transfer.filter(|_| may_see).map(OrderTransfer::from),
        user_errors,
        dry_run: dry_run.map(|dry_run| dry_run.shown_to(may_see)),
    })
}

/// The same for what may have ended a transfer in place of what was asked for.
pub(super) fn answer_or_end(
    ctx: &Context<'_>,
    written: Result<Written<service::Answer>, WriteError>,
) -> Result<OrderTransferPayload> {
    answer(ctx, done(written))
}

/// What was written; a refusal that ended a transfer is one like every other to the caller.
pub(super) fn done(
    written: Result<Written<service::Answer>, WriteError>,
) -> Result<Written<order_transfer::Model>, WriteError> {
    let written = written?;
    Ok(Written {
        value: written.value.into_result()?,
        dry_run: written.dry_run,
    })
}
