//! `rate_limit`: how often somebody tried something.

use sea_orm::entity::prelude::*;

use crate::personal_data::{Classified, DataClass};

/// The count of one bucket, such as the log-ins of one account.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rate_limit")]
pub struct Model {
    /// The SHA-256 of what is counted, 64 hexadecimal digits: who it is about cannot be read from it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub bucket: String,
    /// When the present window began.
    pub window_started_at: DateTimeUtc,
    /// How many attempts there were in the present window.
    pub attempts: i32,
    /// How many attempts there were in the window before.
    pub previous_attempts: i32,
    /// How often the limit was reached lately: each time the wait doubles.
    pub strikes: i32,
    /// Until when further attempts are refused.
    pub blocked_until: Option<DateTimeUtc>,
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
            Column::Bucket
            | Column::WindowStartedAt
            | Column::Attempts
            | Column::PreviousAttempts
            | Column::Strikes
            | Column::BlockedUntil
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
