//! `channel`: where a customer was met, such as a web shop, a shop or a phone line.

use sea_orm::entity::prelude::*;

use crate::{
    id::ChannelId,
    personal_data::{Classified, DataClass},
};

/// One channel.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "channel")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChannelId,
    /// The name for machines, 1 to 64 characters; unique.
    pub handle: String,
    /// The name for people, 1 to 255 characters.
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
            Column::Id | Column::Handle | Column::Name | Column::Version | Column::CreatedAt | Column::UpdatedAt => {
                DataClass::Impersonal
            }
        }
    }
}
