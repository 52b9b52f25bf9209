//! `saved_query`: a query that a staff user keeps, and shares with roles.

use sea_orm::entity::prelude::*;

use crate::{
    id::{SavedQueryId, StaffUserId},
    personal_data::{Classified, DataClass},
};

/// One saved query.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_query")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SavedQueryId,
    /// The staff user who keeps it; it goes with them.
    pub owner_id: StaffUserId,
    /// The name, 1 to 255 characters.
    pub name: String,
    /// The name as compared; unique for each owner.
    pub name_folded: String,
    /// What it is for, at most 1000 characters.
    pub description: Option<String>,
    /// The operations as they were typed, at most 20000 characters.
    pub document: String,
    /// The variables as they were typed, a JSON object of at most 20000 characters.
    pub variables: Option<String>,
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
            // What staff look for may be a person.
            Column::Name | Column::NameFolded | Column::Description | Column::Document | Column::Variables => {
                DataClass::Personal
            }
            Column::Id | Column::OwnerId | Column::Version | Column::CreatedAt | Column::UpdatedAt => {
                DataClass::Impersonal
            }
        }
    }
}
