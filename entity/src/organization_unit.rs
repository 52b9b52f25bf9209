//! `organization_unit`: a division or location of an organization; units form a tree.

use sea_orm::entity::prelude::*;

use crate::{
    id::{OrganizationId, OrganizationUnitId},
    personal_data::{Classified, DataClass},
};

/// One unit of an organization.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_unit")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationUnitId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The unit above; absent for the one root of an organization.
    pub parent_id: Option<OrganizationUnitId>,
    /// The name of the unit, 1 to 255 characters.
    pub name: String,
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
            | Column::OrganizationId
            | Column::ParentId
            | Column::Name
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
