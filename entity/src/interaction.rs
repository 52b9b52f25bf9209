//! `interaction`: a contact with a customer, such as a call, that another system tells of.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{CustomerId, InteractionId},
    personal_data::{Classified, DataClass},
};

/// What kind of contact was it?
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// A letter or e-mail.
    #[sea_orm(string_value = "MAIL")]
    Mail,
    /// A call.
    #[sea_orm(string_value = "CALL")]
    Call,
    /// A chat.
    #[sea_orm(string_value = "CHAT")]
    Chat,
    /// A visit.
    #[sea_orm(string_value = "VISIT")]
    Visit,
    /// A campaign that reached the customer.
    #[sea_orm(string_value = "CAMPAIGN")]
    Campaign,
}

/// Who turned to whom?
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Direction {
    /// The customer to the company.
    #[sea_orm(string_value = "INBOUND")]
    Inbound,
    /// The company to the customer.
    #[sea_orm(string_value = "OUTBOUND")]
    Outbound,
}

/// One contact.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "interaction")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InteractionId,
    /// With whom; it goes with them.
    pub customer_id: CustomerId,
    /// The system that tells of it, 1 to 64 characters.
    pub source: String,
    /// The id in that system, 1 to 255 characters; unique per source.
    pub external_id: String,
    /// What kind of contact it was.
    pub kind: Kind,
    /// Who turned to whom, where that is known.
    pub direction: Option<Direction>,
    /// When it happened.
    pub occurred_at: DateTimeUtc,
    /// What it was about, 1 to 2000 characters.
    pub summary: String,
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
            Column::Summary => DataClass::Personal,
            Column::Id
            | Column::CustomerId
            | Column::Source
            | Column::ExternalId
            | Column::Kind
            | Column::Direction
            | Column::OccurredAt
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}

crate::row::row! {
    id, customer_id, source, external_id, kind, direction, occurred_at, summary, version, created_at, updated_at
}
