//! `order_link`: an order that another service owns, as far as the customer graph knows it.

use sea_orm::entity::prelude::*;

use crate::{
    id::{ChannelId, CustomerId, OrderLinkId, OrganizationId, VendorId},
    personal_data::{Classified, DataClass},
};

/// One link to an order.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_link")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderLinkId,
    /// The service that owns the order, 1 to 64 characters.
    pub source: String,
    /// The id of the order in its source, 1 to 255 characters; unique per source.
    pub order_id: String,
    /// The number that people call the order by, at most 64 characters.
    pub display_id: Option<String>,
    /// The customer who placed the order.
    pub customer_id: Option<CustomerId>,
    /// The organization for which the order was placed.
    pub organization_id: Option<OrganizationId>,
    /// The vendor who sold.
    pub vendor_id: Option<VendorId>,
    /// The channel through which the order came.
    pub channel_id: Option<ChannelId>,
    /// The e-mail address on the order as typed, at most 254 characters.
    pub email: Option<String>,
    /// The e-mail address as compared: trimmed, NFC, lower case, ASCII domain.
    pub email_normalized: Option<String>,
    /// The state of the order in the words of its source, 1 to 64 characters.
    pub status: String,
    /// The state of the payment in the words of the source, at most 64 characters.
    pub payment_status: Option<String>,
    /// The state of the delivery in the words of the source, at most 64 characters.
    pub fulfillment_status: Option<String>,
    /// The total of the order in minor units of its currency.
    pub total_amount: i64,
    /// The currency of all amounts of the order as an ISO 4217 code.
    pub currency_code: String,
    /// When the order was placed.
    pub placed_at: DateTimeUtc,
    /// When the source last changed the order; older news is ignored.
    pub source_updated_at: DateTimeUtc,
    /// Grows by one with each change; the optimistic lock.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Whether the state says that the order was canceled; such an order counts in no statistics.
    pub is_canceled: bool,
    /// What was paid back, in minor units of the order's currency: the refunds among the activities that hold.
    pub refunded_amount: i64,
    /// How many returns among the activities hold.
    pub return_count: i32,
    /// Whom the source last named as the customer; the order may have been given to somebody else since.
    pub named_customer_id: Option<CustomerId>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Email | Column::EmailNormalized => DataClass::Personal,
            Column::Id
            | Column::Source
            | Column::OrderId
            | Column::DisplayId
            | Column::CustomerId
            | Column::OrganizationId
            | Column::VendorId
            | Column::ChannelId
            | Column::Status
            | Column::PaymentStatus
            | Column::FulfillmentStatus
            | Column::TotalAmount
            | Column::CurrencyCode
            | Column::PlacedAt
            | Column::SourceUpdatedAt
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt
            | Column::IsCanceled
            | Column::RefundedAmount
            | Column::ReturnCount
            | Column::NamedCustomerId => DataClass::Impersonal,
        }
    }
}

crate::row::row! {
    id, source, order_id, display_id, customer_id, organization_id, vendor_id, channel_id, email, email_normalized, status, payment_status, fulfillment_status, total_amount, currency_code, placed_at, source_updated_at, version, created_at, updated_at, is_canceled, refunded_amount, return_count, named_customer_id
}
