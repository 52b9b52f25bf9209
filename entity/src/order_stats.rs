//! `order_stats`: what a customer ordered in one currency, added up.

use sea_orm::entity::prelude::*;

use crate::{
    id::CustomerId,
    personal_data::{Classified, DataClass},
};

/// The sums of one customer and currency; there is a row only where an order counts.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_stats")]
pub struct Model {
    /// Whose orders.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// The currency of the orders as an ISO 4217 code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency_code: String,
    /// How many orders there are that were not canceled.
    pub order_count: i64,
    /// The totals of these orders, added up, in minor units.
    pub spent_amount: i64,
    /// What was paid back of these orders, in minor units.
    pub refunded_amount: i64,
    /// How many of these orders have a return.
    pub returned_order_count: i64,
    /// When the first of these orders was placed.
    pub first_placed_at: DateTimeUtc,
    /// When the last of these orders was placed.
    pub last_placed_at: DateTimeUtc,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::CustomerId
            | Column::CurrencyCode
            | Column::OrderCount
            | Column::SpentAmount
            | Column::RefundedAmount
            | Column::ReturnedOrderCount
            | Column::FirstPlacedAt
            | Column::LastPlacedAt => DataClass::Impersonal,
        }
    }
}

crate::row::row! {
    customer_id, currency_code, order_count, spent_amount, refunded_amount, returned_order_count, first_placed_at, last_placed_at
}
