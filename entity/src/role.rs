//! `role`: what staff users may do who have it.

use sea_orm::entity::prelude::*;

use crate::{
    id::RoleId,
    personal_data::{Classified, DataClass},
};

/// One role, built in or made by staff.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "role")]
pub struct Model {
    /// Time-ordered id; fixed for the built-in roles.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleId,
    /// The name, 1 to 255 characters.
    pub name: String,
    /// The name as compared; unique.
    pub name_folded: String,
    /// What the role allows: a JSON list of `resource:action` texts, where `*` stands for any.
    #[sea_orm(column_type = "JsonBinary")]
    pub permissions: Json,
    /// What the role does not show: a JSON list of `Type.field` texts.
    #[sea_orm(column_type = "JsonBinary")]
    pub field_masks: Json,
    /// Whether the role came with the service, and cannot be changed.
    pub is_built_in: bool,
    /// Whether whoever has only such roles is held to lower limits.
    pub is_bounded: bool,
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
            | Column::Permissions
            | Column::FieldMasks
            | Column::IsBuiltIn
            | Column::IsBounded
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
