//! `order_line`: what was bought in a linked order, line by line.

use sea_orm::entity::prelude::*;

use crate::{
    id::{OrderLineId, OrderLinkId},
    personal_data::{Classified, DataClass},
};

/// One line of a linked order.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_line")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderLineId,
    /// The link to the order.
    pub order_link_id: OrderLinkId,
    /// The place of the line in the order, from 0; unique per order.
    pub position: i32,
    /// What the line calls the product, at most 255 characters.
    pub title: Option<String>,
    /// The stock-keeping unit, at most 128 characters.
    pub sku: Option<String>,
    /// How many pieces, from 0.
    pub quantity: i32,
    /// The price of one piece in minor units of the order's currency.
    pub unit_price_amount: Option<i64>,
    /// The discount on the whole line in minor units of the order's currency.
    pub discount_amount: Option<i64>,
    /// The total of the line in minor units of the order's currency.
    pub total_amount: Option<i64>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Id
            | Column::OrderLinkId
            | Column::Position
            | Column::Title
            | Column::Sku
            | Column::Quantity
            | Column::UnitPriceAmount
            | Column::DiscountAmount
            | Column::TotalAmount => DataClass::Impersonal,
        }
    }
}

crate::row::row! {
    id, order_link_id, position, title, sku, quantity, unit_price_amount, discount_amount, total_amount
}
