//! `auth_identity`: somebody who can log in, apart from whom they log in as.

use sea_orm::entity::prelude::*;

use crate::{
    id::{AuthIdentityId, CustomerId, StaffUserId},
    personal_data::{Classified, DataClass},
};

/// One identity; it may be a customer, a staff user, both, or nobody yet.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_identity")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuthIdentityId,
    /// The customer as whom the identity acts; unique.
    pub customer_id: Option<CustomerId>,
    /// The staff user as whom the identity acts; unique.
    pub staff_user_id: Option<StaffUserId>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Id | Column::CustomerId | Column::StaffUserId | Column::CreatedAt | Column::UpdatedAt => {
                DataClass::Impersonal
            }
        }
    }
}
