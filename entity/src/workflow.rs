//! `workflow`: steps that are taken in order when something happens.

use sea_orm::entity::prelude::*;

use crate::{
    id::WorkflowId,
    personal_data::{Classified, DataClass},
};

/// One workflow.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "workflow")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkflowId,
    /// The name, 1 to 255 characters.
    pub name: String,
    /// The name as compared; unique.
    pub name_folded: String,
    /// The topics of the events that begin it: 1 to 20.
    #[sea_orm(column_type = "JsonBinary")]
    pub topics: Json,
    /// The steps in their order: 1 to 10.
    #[sea_orm(column_type = "JsonBinary")]
    pub steps: Json,
    /// The secret that signs requests to its steps, encrypted.
    pub sealed_secret: String,
    /// Whether events begin it at all.
    pub is_enabled: bool,
    /// Since when: what happened before does not begin it.
    pub enabled_at: DateTimeUtc,
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
            Column::SealedSecret => DataClass::Secret,
            Column::Id
            | Column::Name
            | Column::NameFolded
            | Column::Topics
            | Column::Steps
            | Column::IsEnabled
            | Column::EnabledAt
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
