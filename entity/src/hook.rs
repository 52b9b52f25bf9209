//! `hook`: somebody who is asked before a mutation, or told after it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::HookId,
    personal_data::{Classified, DataClass},
};

/// When is it asked or told?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Point {
    /// Before the mutation, which it may refuse or change.
    #[sea_orm(string_value = "BEFORE")]
    Before,
    /// After the mutation.
    #[sea_orm(string_value = "AFTER")]
    After,
}

/// What becomes of a mutation when whoever is asked before does not answer?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum OnFailure {
    /// It goes on as if nobody had been asked.
    #[sea_orm(string_value = "OPEN")]
    Open,
    /// It is refused.
    #[sea_orm(string_value = "CLOSED")]
    Closed,
}

/// One hook.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "hook")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HookId,
    /// When it is asked or told.
    pub point: Point,
    /// The mutation; 1 to 64 characters.
    pub mutation: String,
    /// Where it is, at most 2000 characters.
    pub url: String,
    /// The secret that signs requests to it, encrypted.
    pub sealed_secret: String,
    /// For how long it is waited for, in milliseconds: 100 to 5000.
    pub timeout_ms: i32,
    /// What becomes of the mutation when it does not answer.
    pub on_failure: OnFailure,
    /// Which comes first of several of the same mutation: 0 to 1000.
    pub position: i32,
    /// Whether it is asked or told at all.
    pub is_enabled: bool,
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
            | Column::Point
            | Column::Mutation
            | Column::Url
            | Column::TimeoutMs
            | Column::OnFailure
            | Column::Position
            | Column::IsEnabled
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
