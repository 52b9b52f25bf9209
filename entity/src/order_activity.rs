//! `order_activity`: what happened to a linked order after it was placed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{CustomerId, OrderActivityId, OrderLinkId},
    personal_data::{Classified, DataClass},
};

/// What kind of thing happened?
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// Goods came or come back.
    #[sea_orm(string_value = "RETURN")]
    Return,
    /// Something was wrong with the goods.
    #[sea_orm(string_value = "CLAIM")]
    Claim,
    /// Goods are exchanged for others.
    #[sea_orm(string_value = "EXCHANGE")]
    Exchange,
    /// Money was or is paid back.
    #[sea_orm(string_value = "REFUND")]
    Refund,
    /// Money was put to the buyer's credit.
    #[sea_orm(string_value = "CREDIT")]
    Credit,
    /// Somebody noted something. Buyers never see it.
    #[sea_orm(string_value = "NOTE")]
    Note,
}

/// One activity.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_activity")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderActivityId,
    /// The link to the order.
    pub order_link_id: OrderLinkId,
    /// Whose order it is: always what the link says.
    pub customer_id: Option<CustomerId>,
    /// What kind of thing happened.
    pub kind: Kind,
    /// The id in the source of the order, 1 to 255 characters; unique per order and kind.
    pub external_id: String,
    /// The state in the words of the source, 1 to 64 characters.
    pub status: String,
    /// Whether the state says that it came to nothing: such an activity moves no money and is no return.
    pub is_void: bool,
    /// The amount in minor units, from 0.
    pub amount: Option<i64>,
    /// The currency of the amount as an ISO 4217 code: that of the order when the amount was told.
    pub currency_code: Option<String>,
    /// What staff should know, at most 2000 characters.
    pub note: Option<String>,
    /// When it happened.
    pub occurred_at: DateTimeUtc,
    /// When the source last changed it; older news is ignored.
    pub source_updated_at: DateTimeUtc,
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
            Column::Note => DataClass::Personal,
            Column::Id
            | Column::OrderLinkId
            | Column::CustomerId
            | Column::Kind
            | Column::ExternalId
            | Column::Status
            | Column::IsVoid
            | Column::Amount
            | Column::CurrencyCode
            | Column::OccurredAt
            | Column::SourceUpdatedAt
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}

crate::row::row! {
    id, order_link_id, customer_id, kind, external_id, status, is_void, amount, currency_code, note, occurred_at, source_updated_at, version, created_at, updated_at
}
