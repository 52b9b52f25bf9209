//! What a source may tell about orders, read into drafts with every complaint.

use async_graphql::{ID, InputObject, MaybeUndefined};
use entity::id::{CustomerId, OrganizationId, PrefixedId};

use super::draft::{OrderLineDraft, OrderLinkDraft, Reference};
use crate::{
    features::channel::service::HANDLE,
    graphql::{CurrencyCode, DateTime, Decimal, Email, Id, change},
    money::{MoneyError, decimals, to_minor},
    work::{Change, Complaints, ErrorCode, UserError},
};

/// The most lines of one order.
pub const LINES: usize = 500;

/// What a source tells about an order. A field that is left out stays as it is, null clears it.
#[derive(Clone, Debug, InputObject)]
pub struct OrderLinkRow {
    /// The service that owns the order, at most 64 characters.
    source: String,
    /// The id of the order in its source, at most 255 characters. Together with `source` it tells which order is meant.
    order_id: ID,
    /// The number that people call the order by.
    display_id: MaybeUndefined<String>,
    /// Who placed the order. Give this or `customerExternalId`; null takes the customer out of the link.
    customer_id: MaybeUndefined<Id<CustomerId>>,
    /// Who placed the order, by the id in another system.
    customer_external_id: MaybeUndefined<String>,
    /// For which organization the order was placed. Give this or `organizationExternalId`.
    organization_id: MaybeUndefined<Id<OrganizationId>>,
    /// For which organization the order was placed, by the id in another system.
    organization_external_id: MaybeUndefined<String>,
    /// The e-mail address on the order.
    email: MaybeUndefined<Email>,
    /// The state of the order, in the words of its source, at most 64 characters.
    status: String,
    /// The state of the payment, in the words of the source.
    payment_status: MaybeUndefined<String>,
    /// The state of the delivery, in the words of the source.
    fulfillment_status: MaybeUndefined<String>,
    /// The currency of all amounts of the order.
    currency_code: CurrencyCode,
    /// The total of the order, with no more decimals than the currency has.
    total_amount: Decimal,
    /// The handle of the channel through which the order came. A handle that is not known yet makes a new channel.
    channel_handle: MaybeUndefined<String>,
    /// When the order was placed.
    placed_at: DateTime,
    /// When the source last changed the order. A row that is older than what the link was last told is left out.
    source_updated_at: DateTime,
    /// All lines of the order, at most 500: they replace those that the link has. Leave them out to keep those.
    lines: Option<Vec<OrderLineRow>>,
}

/// One line of an order. Amounts are in the currency of the order.
#[derive(Clone, Debug, InputObject)]
pub struct OrderLineRow {
    /// What the line calls the product, at most 255 characters.
    title: Option<String>,
    /// The stock-keeping unit, at most 128 characters.
    sku: Option<String>,
    /// How many pieces, from 0.
    quantity: i32,
    /// The price of one piece.
    unit_price: Option<Decimal>,
    /// The discount on the whole line.
    discount: Option<Decimal>,
    /// The total of the line.
    total: Option<Decimal>,
}

impl OrderLinkRow {
    /// How many lines it has.
    pub fn line_count(&self) -> usize {
        self.lines.as_ref().map_or(0, Vec::len)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Every complaint about it.
    pub fn draft(self) -> Result<OrderLinkDraft, Vec<UserError>> {
        let mut complaints = Complaints::default();
        let currency = self.currency_code.0.trim().to_ascii_uppercase();
        if decimals(&currency).is_none() {
            complain(&mut complaints, "currencyCode", MoneyError::UnknownCurrency);
        }
        let lines = self.lines.map(|lines| read_lines(lines, &currency, &mut complaints));
        let text =
            |complaints: &mut Complaints, path: &str, typed, most| complaints.text_change(path, change(typed), most);
        let draft = OrderLinkDraft {
            source: complaints.required_text("source", Some(self.source), 64),
            order_id: complaints.required_text("orderId", Some(self.order_id.0), 255),
            display_id: text(&mut complaints, "displayId", self.display_id, 64),
            customer: reference("customer", self.customer_id, self.customer_external_id, &mut complaints),
            organization: reference(
                "organization",
                self.organization_id,
                self.organization_external_id,
                &mut complaints,
            ),
            email: change(self.email).and_then(|email| complaints.email("email", Some(email.0))),
            status: complaints.required_text("status", Some(self.status), 64),
            payment_status: text(&mut complaints, "paymentStatus", self.payment_status, 64),
            fulfillment_status: text(&mut complaints, "fulfillmentStatus", self.fulfillment_status, 64),
            total_amount: amount("totalAmount", Some(self.total_amount), &currency, &mut complaints)
                .unwrap_or_default(),
            currency_code: currency,
            channel_handle: text(&mut complaints, "channelHandle", self.channel_handle, HANDLE),
            placed_at: self.placed_at.0,
            source_updated_at: self.source_updated_at.0,
            lines,
        };
        complaints.check(draft)
    }
}

fn read_lines(lines: Vec<OrderLineRow>, currency: &str, complaints: &mut Complaints) -> Vec<OrderLineDraft> {
    if lines.len() > LINES {
        complaints.add(UserError::limit("lines", LINES, lines.len(), "lines of an order"));
        return Vec::new();
    }
    let mut drafts = Vec::with_capacity(lines.len());
    for (position, line) in lines.into_iter().enumerate() {
        let mut own = Complaints::default();
        if line.quantity < 0 {
            own.add(UserError::new(
                ErrorCode::Invalid,
                "quantity",
                "A quantity is 0 or more.",
            ));
        }
        drafts.push(OrderLineDraft {
            title: own.text("title", line.title, 255),
            sku: own.text("sku", line.sku, 128),
            quantity: line.quantity,
            unit_price_amount: amount("unitPrice", line.unit_price, currency, &mut own),
            discount_amount: amount("discount", line.discount, currency, &mut own),
            total_amount: amount("total", line.total, currency, &mut own),
        });
        if !own.is_empty() {
            complaints.under(&format!("lines.{position}"), own);
        }
    }
    drafts
}

fn amount(path: &str, amount: Option<Decimal>, currency: &str, complaints: &mut Complaints) -> Option<i64> {
    match to_minor(amount?.0, currency) {
        Ok(minor) => Some(minor),
        // That is told once, at the currency.
        Err(MoneyError::UnknownCurrency) => None,
        Err(error) => {
            complain(complaints, path, error);
            None
        }
    }
}

fn complain(complaints: &mut Complaints, path: &str, error: MoneyError) {
    complaints.add(UserError::new(ErrorCode::Invalid, path, error.to_string()));
}

fn reference<I: PrefixedId>(
    noun: &str,
    id: MaybeUndefined<Id<I>>,
    external_id: MaybeUndefined<String>,
    complaints: &mut Complaints,
) -> Change<Reference<I>> {
    match (change(id), change(external_id)) {
        (id, Change::Keep) => id.map(|id| Reference::Id(id.0)),
        (Change::Keep | Change::Clear, Change::Clear) => Change::Clear,
        (Change::Keep, Change::Set(external_id)) => Change::Set(Reference::ExternalId(complaints.required_text(
            &format!("{noun}ExternalId"),
            Some(external_id),
            255,
        ))),
        _ => {
            complaints.add(UserError::new(
                ErrorCode::Invalid,
                &format!("{noun}ExternalId"),
                format!("Give either {noun}Id or {noun}ExternalId, not both."),
            ));
            Change::Keep
        }
    }
}
