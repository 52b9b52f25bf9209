//! `role_parent`: from which roles a role inherits.

use sea_orm::entity::prelude::*;

use crate::{
    id::RoleId,
    personal_data::{Classified, DataClass},
};

/// A role inherits what another allows.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "role_parent")]
pub struct Model {
    /// The role that inherits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub role_id: RoleId,
    /// The role from which it inherits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub parent_id: RoleId,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::RoleId | Column::ParentId => DataClass::Impersonal,
        }
    }
}
