//! `order_token`: something that shows one order to whoever holds it, without an account.

use sea_orm::entity::prelude::*;

use crate::{
    id::{OrderLinkId, OrderTokenId},
    personal_data::{Classified, DataClass},
};

/// One token.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_token")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderTokenId,
    /// The link to the order that it shows; absent where somebody asked for an order that is not there, or not theirs.
    pub order_link_id: Option<OrderLinkId>,
    /// The SHA-256 of the secret, 64 hexadecimal digits; unique. Of a token that goes out by mail it is random until
    /// the mail is sent, since the secret is made only then.
    pub secret_hash: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the token is no longer good.
    pub expires_at: DateTimeUtc,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::SecretHash => DataClass::Secret,
            Column::Id | Column::OrderLinkId | Column::CreatedAt | Column::ExpiresAt => DataClass::Impersonal,
        }
    }
}
