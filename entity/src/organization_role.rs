//! `organization_role`: what members of an organization may do for it.

use sea_orm::entity::prelude::*;

use crate::{
    id::{OrganizationId, OrganizationRoleId},
    personal_data::{Classified, DataClass},
};

/// One role, built in or made by an organization.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_role")]
pub struct Model {
    /// Time-ordered id; fixed for the built-in roles.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationRoleId,
    /// The organization that made the role; absent for the built-in roles, which all have.
    pub organization_id: Option<OrganizationId>,
    /// The name for machines, 1 to 64 characters; unique per organization and among the built-in roles.
    pub handle: String,
    /// The name for people, 1 to 255 characters.
    pub name: String,
    /// What the role allows: a JSON list of `resource:action` texts.
    #[sea_orm(column_type = "JsonBinary")]
    pub permissions: Json,
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
            | Column::Handle
            | Column::Name
            | Column::Permissions
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
