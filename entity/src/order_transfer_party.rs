//! `order_transfer_party`: whom a wish to give an order to another concerns, on either side.

use sea_orm::entity::prelude::*;

use crate::{
    id::{CustomerId, OrderTransferId},
    personal_data::{Classified, DataClass},
};

/// One customer whom one wish concerns.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_transfer_party")]
pub struct Model {
    /// The customer; the row goes with them.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// The wish.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_transfer_id: OrderTransferId,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::CustomerId | Column::OrderTransferId => DataClass::Impersonal,
        }
    }
}
