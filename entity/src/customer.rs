//! `customer`: a person or business that buys, with an account or as a guest.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{CustomerId, StaffUserId},
    personal_data::{Classified, DataClass},
};

/// May a customer log in?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// The ordinary state.
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    /// Asked to open an account, which has not happened yet.
    #[sea_orm(string_value = "INVITED")]
    Invited,
    /// Shut out: no log-in, no token refresh; orders stay readable for staff.
    #[sea_orm(string_value = "DISABLED")]
    Disabled,
}

/// One customer.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    /// The e-mail address as typed, at most 254 characters.
    pub email: Option<String>,
    /// The e-mail address as compared: trimmed, NFC, lower case, ASCII domain; empty when absent.
    pub email_normalized: String,
    /// When the customer proved to own the e-mail address.
    pub email_verified_at: Option<DateTimeUtc>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The business that the customer is or buys for.
    pub company_name: Option<String>,
    /// The phone number as typed, at most 40 characters.
    pub phone: Option<String>,
    /// The phone number in E.164, where it could be read as one.
    pub phone_e164: Option<String>,
    /// Whether the customer is registered (true) or a guest (false).
    pub has_account: bool,
    /// Whether the customer may log in.
    pub status: Status,
    /// The id of the customer in another system; unique.
    pub external_id: Option<String>,
    /// Preferred language as a BCP 47 tag.
    pub locale: Option<String>,
    /// The staff user who made the customer.
    pub created_by: Option<StaffUserId>,
    /// Facts that the customer may read.
    #[sea_orm(column_type = "JsonBinary")]
    pub metadata: Json,
    /// Facts for staff alone.
    #[sea_orm(column_type = "JsonBinary")]
    pub private_metadata: Json,
    /// `first_name` folded for comparison (lower case, no accents), empty when absent.
    pub first_name_folded: String,
    /// `last_name` folded for comparison, empty when absent.
    pub last_name_folded: String,
    /// `company_name` folded for comparison, empty when absent.
    pub company_name_folded: String,
    /// All searchable words, folded, each preceded by a space.
    pub search_text: String,
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
            Column::Email
            | Column::EmailNormalized
            | Column::FirstName
            | Column::LastName
            | Column::CompanyName
            | Column::Phone
            | Column::PhoneE164
            | Column::ExternalId
            | Column::Locale
            | Column::Metadata
            | Column::PrivateMetadata
            | Column::FirstNameFolded
            | Column::LastNameFolded
            | Column::CompanyNameFolded
            | Column::SearchText => DataClass::Personal,
            Column::Id
            | Column::EmailVerifiedAt
            | Column::HasAccount
            | Column::Status
            | Column::CreatedBy
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}

crate::row::row! {
    id, email, email_normalized, email_verified_at, first_name, last_name, company_name, phone, phone_e164, has_account, status, external_id, locale, created_by, metadata, private_metadata, first_name_folded, last_name_folded, company_name_folded, search_text, version, created_at, updated_at
}
