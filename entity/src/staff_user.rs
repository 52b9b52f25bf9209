//! `staff_user`: a person of the company who works with customers.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::StaffUserId,
    personal_data::{Classified, DataClass},
};

/// May a staff user log in?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// The ordinary state.
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    /// Shut out: no log-in, no token refresh; what they did stays in the timeline.
    #[sea_orm(string_value = "DISABLED")]
    Disabled,
}

/// One staff user.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_user")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StaffUserId,
    /// The e-mail address as typed, at most 254 characters.
    pub email: String,
    /// The e-mail address as compared: trimmed, NFC, lower case, ASCII domain; unique.
    pub email_normalized: String,
    /// The name as shown to other staff, at most 255 characters.
    pub name: Option<String>,
    /// What the staff user may do: a JSON list of `resource:action` texts.
    #[sea_orm(column_type = "JsonBinary")]
    pub permissions: Json,
    /// Whether the staff user may log in.
    pub status: Status,
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
            Column::Email | Column::EmailNormalized | Column::Name => DataClass::Personal,
            Column::Id
            | Column::Permissions
            | Column::Status
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
