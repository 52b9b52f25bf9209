//! `outbox_horizon`: from where on the events of the outbox are kept.

use sea_orm::entity::prelude::*;

use crate::personal_data::{Classified, DataClass};

/// The one row: the last event that was removed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_horizon")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Grows when the order of the events is made anew, as when the database was restored on another server: cursors
    /// of an older generation say nothing.
    pub generation: i64,
    /// The transaction of the last event that was removed; always 0 on SQLite.
    pub transaction_id: i64,
    /// The position of the last event that was removed; 0 when none was.
    pub position: i64,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Id | Column::Generation | Column::TransactionId | Column::Position => DataClass::Impersonal,
        }
    }
}
