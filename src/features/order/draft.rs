//! What a source tells about an order, checked, and what becomes of a link when it is applied.

use chrono::{DateTime, Utc};
use entity::{
    id::{ChannelId, CustomerId, OrderLineId, OrderLinkId, OrganizationId},
    order_line, order_link,
};
use sea_orm::entity::prelude::Json;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::status::means_canceled;
use crate::{
    money::from_minor,
    work::{Change, EmailAddress, FieldChange, Snapshot, snapshot::diff},
};

/// How a source names a customer or an organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference<I> {
    /// By our id.
    Id(I),
    /// By the id in another system.
    ExternalId(String),
}

/// What a source tells about an order. What it leaves out stays as it is.
#[derive(Clone, Debug)]
pub struct OrderLinkDraft {
    /// The service that owns the order.
    pub source: String,
    /// The order's id in its source.
    pub order_id: String,
    /// The number that people call the order by.
    pub display_id: Change<String>,
    /// Who placed the order.
    pub customer: Change<Reference<CustomerId>>,
    /// For whom the order was placed.
    pub organization: Change<Reference<OrganizationId>>,
    /// The e-mail address on the order.
    pub email: Change<EmailAddress>,
    /// The state of the order.
    pub status: String,
    /// The state of the payment.
    pub payment_status: Change<String>,
    /// The state of the delivery.
    pub fulfillment_status: Change<String>,
    /// The currency of all amounts.
    pub currency_code: String,
    /// The total in minor units.
    pub total_amount: i64,
    /// The channel, by its handle.
    pub channel_handle: Change<String>,
    /// When the order was placed.
    pub placed_at: DateTime<Utc>,
    /// When the source last changed the order.
    pub source_updated_at: DateTime<Utc>,
    /// All lines of the order.
    pub lines: Option<Vec<OrderLineDraft>>,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLineDraft {
    /// What the line calls the product.
    pub title: Option<String>,
    /// The stock-keeping unit.
    pub sku: Option<String>,
    /// How many pieces.
    pub quantity: i32,
    /// The price of one piece in minor units.
    pub unit_price_amount: Option<i64>,
    /// The discount on the line in minor units.
    pub discount_amount: Option<i64>,
    /// The total of the line in minor units.
    pub total_amount: Option<i64>,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// A new link.
    Created,
    /// The link was changed.
    Updated,
    /// The link said the same already.
    Unchanged,
    /// The link has newer news.
    Stale,
}

/// A link, and what became of its row.
#[derive(Clone, Debug)]
pub struct Upserted {
    /// The link as it is now.
    pub link: order_link::Model,
    /// What was done to it.
    pub effect: Effect,
}

/// The rows that a draft names, found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// The customer that was named.
    pub customer: Option<CustomerId>,
    /// The organization that was named.
    pub organization: Option<OrganizationId>,
    /// The channel that was named.
    pub channel: Option<ChannelId>,
}

impl OrderLinkDraft {
    /// The link as it will be: `old` changed by the draft, or a new one with this id. Its version grows only when
    /// something changed.
    pub fn apply(
        &self,
        old: Option<&order_link::Model>,
        new_id: OrderLinkId,
        found: Found,
        now: DateTime<Utc>,
    ) -> order_link::Model {
        let mut link = old.cloned().unwrap_or_else(|| order_link::Model {
            id: new_id,
            source: self.source.clone(),
            order_id: self.order_id.clone(),
            display_id: None,
            customer_id: None,
            organization_id: None,
            vendor_id: None,
            channel_id: None,
            email: None,
            email_normalized: None,
            status: String::new(),
            payment_status: None,
            fulfillment_status: None,
            total_amount: 0,
            currency_code: String::new(),
            placed_at: self.placed_at,
            source_updated_at: self.source_updated_at,
            version: 1,
            created_at: now,
            updated_at: now,
            is_canceled: false,
            refunded_amount: 0,
            return_count: 0,
            named_customer_id: None,
        });
        self.display_id.clone().apply(&mut link.display_id);
        if !self.customer.is_keep() {
            // Who repeats what they said before has no news of whose order it is: it may have been given away since.
            if old.is_none_or(|old| old.named_customer_id != found.customer) {
                link.customer_id = found.customer;
            }
            link.named_customer_id = found.customer;
        }
        if !self.organization.is_keep() {
            link.organization_id = found.organization;
        }
        if !self.channel_handle.is_keep() {
            link.channel_id = found.channel;
        }
        // An order that was given away since has the address of whoever has it, and the source tells the former one.
        if link.customer_id == link.named_customer_id {
            let email = self.email.clone();
            email.map(|email| email.normalized).apply(&mut link.email_normalized);
            self.email.clone().map(|email| email.typed).apply(&mut link.email);
        }
        link.status.clone_from(&self.status);
        link.is_canceled = means_canceled(&self.status);
        self.payment_status.clone().apply(&mut link.payment_status);
        self.fulfillment_status.clone().apply(&mut link.fulfillment_status);
        link.currency_code.clone_from(&self.currency_code);
        link.total_amount = self.total_amount;
        link.placed_at = self.placed_at;
        link.source_updated_at = self.source_updated_at;
        link
    }
}

impl OrderLineDraft {
    /// The line as a row.
    pub fn row(&self, id: OrderLineId, link: OrderLinkId, position: i32) -> order_line::Model {
        order_line::Model {
            id,
            order_link_id: link,
            position,
            title: self.title.clone(),
            sku: self.sku.clone(),
            quantity: self.quantity,
            unit_price_amount: self.unit_price_amount,
            discount_amount: self.discount_amount,
            total_amount: self.total_amount,
        }
    }

    /// Whether a row says the same.
    pub fn is(&self, row: &order_line::Model) -> bool {
        *self
            == Self {
                title: row.title.clone(),
                sku: row.sku.clone(),
                quantity: row.quantity,
                unit_price_amount: row.unit_price_amount,
                discount_amount: row.discount_amount,
                total_amount: row.total_amount,
            }
    }
}

/// The fields that differ, for the timeline. `lines` are the numbers of lines before and after, where lines were
/// replaced.
pub fn changes(
    before: Option<&order_link::Model>,
    after: &order_link::Model,
    lines: Option<(usize, usize)>,
) -> Vec<FieldChange> {
    let mut changes = diff(before, Some(after));
    if before.and_then(|before| before.email.as_deref()) != after.email.as_deref() {
        // That it changed, not from what to what: an order may move from one customer to another, and the timeline
        // of the one must not keep the address of the other.
        changes.push(FieldChange {
            path: "email".to_owned(),
            before: Json::Null,
            after: Json::Null,
        });
    }
    if let Some((before, after)) = lines {
        changes.push(FieldChange {
            path: "lines".to_owned(),
            before: json!(before),
            after: json!(after),
        });
    }
    changes
}

impl Snapshot for order_link::Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        let total = json!({
            "amount": from_minor(self.total_amount, &self.currency_code).to_string(),
            "currencyCode": self.currency_code,
        });
        let refunded = match self.refunded_amount {
            0 => Json::Null,
            refunded => json!({
                "amount": from_minor(refunded, &self.currency_code).to_string(),
                "currencyCode": self.currency_code,
            }),
        };
        vec![
            ("source", json!(self.source)),
            ("orderId", json!(self.order_id)),
            ("displayId", json!(self.display_id)),
            ("customer", json!(self.customer_id)),
            ("organization", json!(self.organization_id)),
            ("channel", json!(self.channel_id)),
            ("status", json!(self.status)),
            ("paymentStatus", json!(self.payment_status)),
            ("fulfillmentStatus", json!(self.fulfillment_status)),
            ("total", total),
            ("refunded", refunded),
            ("placedAt", json!(self.placed_at)),
            ("sourceUpdatedAt", json!(self.source_updated_at)),
        ]
    }
}
