//! `note`: what somebody wrote down about a customer.

use sea_orm::entity::prelude::*;

use crate::{
    id::{CustomerId, NoteId},
    personal_data::{Classified, DataClass},
};

/// One note.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "note")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoteId,
    /// The customer whom it is about.
    pub customer_id: CustomerId,
    /// What it says, at most 5000 characters.
    pub body: String,
    /// Whether the customer may read it.
    pub is_public: bool,
    /// What kind of actor wrote it.
    pub author_type: String,
    /// The stored bits of the id of the author; absent when the kind has no ids.
    pub author_id: Option<Uuid>,
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
            Column::Body => DataClass::Personal,
            Column::Id
            | Column::CustomerId
            | Column::IsPublic
            | Column::AuthorType
            | Column::AuthorId
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
