//! `organization_member`: which customer belongs to which organization.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{CustomerId, OrganizationId, OrganizationMemberId},
    personal_data::{Classified, DataClass},
};

/// May a member act for the organization?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// The ordinary state.
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    /// On hold: the member keeps the place but may not use it.
    #[sea_orm(string_value = "SUSPENDED")]
    Suspended,
}

/// One membership of a customer in an organization.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_member")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationMemberId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The customer; at most once in an organization.
    pub customer_id: CustomerId,
    /// Whether the member may act for the organization.
    pub status: Status,
    /// Grows by one with each change; the optimistic lock.
    pub version: i32,
    /// When the customer became a member.
    pub joined_at: DateTimeUtc,
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
            | Column::OrganizationId
            | Column::CustomerId
            | Column::Status
            | Column::Version
            | Column::JoinedAt
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
