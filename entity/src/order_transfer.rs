//! `order_transfer`: the wish to give an order to another customer, and what became of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{AccountTokenId, CustomerId, MailId, OrderLinkId, OrderTransferId},
    personal_data::{Classified, DataClass},
};

/// What became of a wish?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum State {
    /// The owner of the order is asked.
    #[sea_orm(string_value = "REQUESTED")]
    Requested,
    /// The owner agreed: the order is the other's.
    #[sea_orm(string_value = "ACCEPTED")]
    Accepted,
    /// The owner did not agree.
    #[sea_orm(string_value = "DECLINED")]
    Declined,
    /// It was taken back, or had become pointless.
    #[sea_orm(string_value = "CANCELLED")]
    Cancelled,
    /// The owner did not answer in time.
    #[sea_orm(string_value = "EXPIRED")]
    Expired,
}

/// One wish. It is never deleted.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_transfer")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderTransferId,
    /// The order.
    pub order_link_id: OrderLinkId,
    /// Who owned the order and was asked; absent for an order without customer, and when the customer is deleted.
    pub from_customer_id: Option<CustomerId>,
    /// Who shall own the order; absent when the customer is deleted.
    pub to_customer_id: Option<CustomerId>,
    /// What became of it. At most one of an order is `REQUESTED`.
    pub state: State,
    /// The kind of actor who asked, such as `STAFF`; 1 to 16 characters.
    pub requested_by_type: String,
    /// The actor who asked; absent when it was a customer who is deleted.
    pub requested_by_id: Option<Uuid>,
    /// Why, in the words of staff; 1 to 500 characters.
    pub reason: Option<String>,
    /// Whether the e-mail address on the order becomes that of the new owner.
    pub update_email: bool,
    /// Until when the owner may agree.
    pub expires_at: DateTimeUtc,
    /// When the owner was last asked by mail.
    pub asked_at: DateTimeUtc,
    /// When it was decided, taken back or found too old; absent while it is `REQUESTED`.
    pub decided_at: Option<DateTimeUtc>,
    /// The token in the last mail to the owner.
    pub account_token_id: Option<AccountTokenId>,
    /// The last mail to the owner.
    pub mail_id: Option<MailId>,
    /// Grows by one with each change; the optimistic lock.
    pub version: i32,
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
            Column::Reason => DataClass::Personal,
            Column::Id
            | Column::OrderLinkId
            | Column::FromCustomerId
            | Column::ToCustomerId
            | Column::State
            | Column::RequestedByType
            | Column::RequestedById
            | Column::UpdateEmail
            | Column::ExpiresAt
            | Column::AskedAt
            | Column::DecidedAt
            | Column::AccountTokenId
            | Column::MailId
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
