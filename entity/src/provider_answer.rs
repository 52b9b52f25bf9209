//! `provider_answer`: what a browser brought from a provider in a form, until the frontend comes for it.

use sea_orm::entity::prelude::*;

use crate::{
    id::ProviderAnswerId,
    personal_data::{Classified, DataClass},
};

/// One answer.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_answer")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProviderAnswerId,
    /// The SHA-256 of the state of the log-in, 64 hexadecimal digits; unique, so that the newest answer counts.
    pub state_hash: String,
    /// The SHA-256 of the code that stands for the answer, 64 hexadecimal digits; unique.
    pub code_hash: String,
    /// The answer, encrypted.
    pub sealed: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the answer is kept no longer.
    pub expires_at: DateTimeUtc,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::StateHash | Column::CodeHash | Column::Sealed => DataClass::Secret,
            Column::Id | Column::CreatedAt | Column::ExpiresAt => DataClass::Impersonal,
        }
    }
}
