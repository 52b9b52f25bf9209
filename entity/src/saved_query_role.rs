//! `saved_query_role`: with which roles a saved query is shared.

use sea_orm::entity::prelude::*;

use crate::{
    id::{RoleId, SavedQueryId},
    personal_data::{Classified, DataClass},
};

/// A saved query is shared with a role.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_query_role")]
pub struct Model {
    /// The saved query.
    #[sea_orm(primary_key, auto_increment = false)]
    pub saved_query_id: SavedQueryId,
    /// The role; when it goes, the query is no longer shared with it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub role_id: RoleId,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::SavedQueryId | Column::RoleId => DataClass::Impersonal,
        }
    }
}
