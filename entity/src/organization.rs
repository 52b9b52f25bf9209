//! `organization`: a business whose members buy together.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::OrganizationId,
    personal_data::{Classified, DataClass},
};

/// May members act for an organization?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// The ordinary state.
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    /// On hold: nobody acts for it until staff lift the suspension.
    #[sea_orm(string_value = "SUSPENDED")]
    Suspended,
}

/// One organization.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    /// The name of the organization, 1 to 255 characters.
    pub name: String,
    /// `name` folded for comparison (lower case, no accents).
    pub name_folded: String,
    /// The name in the commercial register, at most 255 characters.
    pub legal_name: Option<String>,
    /// The number in the commercial register, at most 64 characters.
    pub registration_number: Option<String>,
    /// The id of the organization in another system; unique.
    pub external_id: Option<String>,
    /// Whether members may act for the organization.
    pub status: Status,
    /// Facts that members may read.
    #[sea_orm(column_type = "JsonBinary")]
    pub metadata: Json,
    /// Facts for staff alone.
    #[sea_orm(column_type = "JsonBinary")]
    pub private_metadata: Json,
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
            Column::Id
            | Column::Name
            | Column::NameFolded
            | Column::LegalName
            | Column::RegistrationNumber
            | Column::ExternalId
            | Column::Status
            | Column::Metadata
            | Column::PrivateMetadata
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
