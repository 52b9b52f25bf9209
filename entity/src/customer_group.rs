//! `customer_group`: customers that a vendor or the platform treats alike.

use sea_orm::entity::prelude::*;

use crate::{
    id::{CustomerGroupId, VendorId},
    personal_data::{Classified, DataClass},
};

/// One customer group.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_group")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerGroupId,
    /// The vendor who owns the group; absent when the platform does.
    pub owner_vendor_id: Option<VendorId>,
    /// The name of the group, 1 to 255 characters.
    pub name: String,
    /// `name` folded for comparison (lower case, no accents); unique per owner.
    pub name_folded: String,
    /// The id of the group in another system; unique.
    pub external_id: Option<String>,
    /// Facts that the owner of the group may read.
    #[sea_orm(column_type = "JsonBinary")]
    pub metadata: Json,
    /// Facts for staff alone.
    #[sea_orm(column_type = "JsonBinary")]
    pub private_metadata: Json,
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
            Column::Id
            | Column::OwnerVendorId
            | Column::Name
            | Column::NameFolded
            | Column::ExternalId
            | Column::Metadata
            | Column::PrivateMetadata
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}

crate::row::row! {
    id, owner_vendor_id, name, name_folded, external_id, metadata, private_metadata, version, created_at, updated_at
}
