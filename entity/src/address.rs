//! `address`: where a customer or an organization unit receives goods and bills.

use sea_orm::entity::prelude::*;

use crate::{
    id::{AddressId, CustomerId, OrganizationUnitId},
    personal_data::{Classified, DataClass},
};

/// One address, of a customer or of an organization unit, never of both.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "address")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AddressId,
    /// The customer who owns the address; absent when an organization unit owns it.
    pub customer_id: Option<CustomerId>,
    /// The organization unit that owns the address; absent when a customer owns it.
    pub organization_unit_id: Option<OrganizationUnitId>,
    /// What the owner calls the address, such as "Home"; at most 255 characters.
    pub address_name: Option<String>,
    /// Given name of the recipient.
    pub first_name: Option<String>,
    /// Family name of the recipient.
    pub last_name: Option<String>,
    /// The business of the recipient.
    pub company: Option<String>,
    /// The phone number of the recipient as typed, at most 40 characters.
    pub phone: Option<String>,
    /// The phone number in E.164, where it could be read as one.
    pub phone_e164: Option<String>,
    /// First address line: street and number.
    pub address1: Option<String>,
    /// Second address line: apartment, suite, floor.
    pub address2: Option<String>,
    /// City, town or village.
    pub city: Option<String>,
    /// State, province or region by name.
    pub province: Option<String>,
    /// State, province or region by code, at most 16 characters.
    pub province_code: Option<String>,
    /// Postal code, at most 32 characters.
    pub postal_code: Option<String>,
    /// The country as an ISO 3166-1 alpha-2 code.
    pub country_code: String,
    /// Whether goods go here unless the buyer says otherwise; at most one address of an owner.
    pub is_default_shipping: bool,
    /// Whether bills go here unless the buyer says otherwise; at most one address of an owner.
    pub is_default_billing: bool,
    /// Facts that the owner may read.
    #[sea_orm(column_type = "JsonBinary")]
    pub metadata: Json,
    /// Facts for staff alone.
    #[sea_orm(column_type = "JsonBinary")]
    pub private_metadata: Json,
    /// What the check of the address found: a JSON list, empty when nothing.
    #[sea_orm(column_type = "JsonBinary")]
    pub validation: Json,
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
            Column::AddressName
            | Column::FirstName
            | Column::LastName
            | Column::Company
            | Column::Phone
            | Column::PhoneE164
            | Column::Address1
            | Column::Address2
            | Column::City
            | Column::Province
            | Column::ProvinceCode
            | Column::PostalCode
            | Column::CountryCode
            | Column::Metadata
            | Column::PrivateMetadata
            | Column::Validation => DataClass::Personal,
            Column::Id
            | Column::CustomerId
            | Column::OrganizationUnitId
            | Column::IsDefaultShipping
            | Column::IsDefaultBilling
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}

crate::row::row! {
    id, customer_id, organization_unit_id, address_name, first_name, last_name, company, phone, phone_e164, address1, address2, city, province, province_code, postal_code, country_code, is_default_shipping, is_default_billing, metadata, private_metadata, validation, version, created_at, updated_at
}
