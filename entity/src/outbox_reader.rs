//! `outbox_reader`: who reads the outbox with a cursor that is kept for them.

use sea_orm::entity::prelude::*;

use crate::personal_data::{Classified, DataClass};

/// A reader who misses nothing, and where they stand.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_reader")]
pub struct Model {
    /// The name of the reader, at most 255 characters.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The transaction of the last event that was read; always 0 on SQLite.
    pub transaction_id: i64,
    /// The position of the last event that was read.
    pub position: i64,
    /// When the reader last went on.
    pub updated_at: DateTimeUtc,
    /// Under what whoever holds the cursor does so, at most 64 characters.
    pub lease_token: Option<String>,
    /// Until when the cursor is held.
    pub leased_until: Option<DateTimeUtc>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::LeaseToken => DataClass::Secret,
            Column::Name | Column::TransactionId | Column::Position | Column::UpdatedAt | Column::LeasedUntil => {
                DataClass::Impersonal
            }
        }
    }
}
