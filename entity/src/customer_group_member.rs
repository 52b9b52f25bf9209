//! `customer_group_member`: which customer is in which group.

use sea_orm::entity::prelude::*;

use crate::{
    id::{CustomerGroupId, CustomerGroupMemberId, CustomerId},
    personal_data::{Classified, DataClass},
};

/// One membership of a customer in a group.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_group_member")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerGroupMemberId,
    /// The group.
    pub customer_group_id: CustomerGroupId,
    /// The customer; at most once in a group.
    pub customer_id: CustomerId,
    /// When the customer was added to the group.
    pub added_at: DateTimeUtc,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Id | Column::CustomerGroupId | Column::CustomerId | Column::AddedAt => DataClass::Impersonal,
        }
    }
}
