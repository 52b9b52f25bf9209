//! `idempotency_record`: an idempotency key and what was answered to it.

use sea_orm::entity::prelude::*;

use crate::{
    id::CustomerId,
    personal_data::{Classified, DataClass},
};

/// One idempotency key of one actor.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_record")]
pub struct Model {
    /// Who sent the key, at most 64 characters; keys of different actors are different keys.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor: String,
    /// The key as sent, 1 to 255 characters.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The mutation that was called, at most 64 characters.
    pub mutation: String,
    /// The hash of the input; the same key with another hash is an error.
    pub input_hash: String,
    /// What was answered; absent while the first call is still running.
    #[sea_orm(column_type = "JsonBinary")]
    pub outcome: Option<Json>,
    /// The customer whom the outcome is about; the record is deleted together with them.
    pub customer_id: Option<CustomerId>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the key is forgotten.
    pub expires_at: DateTimeUtc,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Outcome => DataClass::Personal,
            Column::Actor
            | Column::Key
            | Column::Mutation
            | Column::InputHash
            | Column::CustomerId
            | Column::CreatedAt
            | Column::ExpiresAt => DataClass::Impersonal,
        }
    }
}
