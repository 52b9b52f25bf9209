//! The rules about addresses. Everything works on many at once; one is a list of one.
//!
//! The order of locks is the same everywhere: customers by id, organization units by id, addresses by id.

mod create;
mod default;
mod delete;
mod owner;
mod reassign;
mod save;
mod update;

use entity::{
    address::{Column, Model},
    id::{AddressId, CustomerId},
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, entity::prelude::Json};
use serde_json::json;

pub use create::{create, create_for_new_customers};
pub use delete::delete;
pub use owner::Owner;
pub use reassign::reassign;
pub use update::{select, update};

use super::{rules::Finding, visibility};
use crate::{
    graphql::MetadataChange,
    work::{Call, Change, ReadBack, Snapshot, UserError},
};

/// A new address, checked by the postal rules of its country.
#[derive(Clone, Debug, Default)]
pub struct AddressDraft {
    /// What the owner calls it.
    pub address_name: Option<String>,
    /// Given name of the recipient.
    pub first_name: Option<String>,
    /// Family name of the recipient.
    pub last_name: Option<String>,
    /// Business of the recipient.
    pub company: Option<String>,
    /// Phone as typed.
    pub phone: Option<String>,
    /// First line.
    pub address1: Option<String>,
    /// Second line.
    pub address2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Province by name or code.
    pub province: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country, in capitals, a known one.
    pub country_code: String,
    /// Whether it becomes the default for shipping.
    pub is_default_shipping: bool,
    /// Whether it becomes the default for billing.
    pub is_default_billing: bool,
    /// Public metadata, an object.
    pub metadata: Json,
    /// Private metadata, an object.
    pub private_metadata: Json,
    /// What is wrong with it and is accepted all the same.
    pub findings: Vec<Finding>,
}

/// A change of an address.
#[derive(Clone, Debug, Default)]
pub struct AddressChange {
    /// What the owner calls it.
    pub address_name: Change<String>,
    /// Given name of the recipient.
    pub first_name: Change<String>,
    /// Family name of the recipient.
    pub last_name: Change<String>,
    /// Business of the recipient.
    pub company: Change<String>,
    /// Phone as typed.
    pub phone: Change<String>,
    /// First line.
    pub address1: Change<String>,
    /// Second line.
    pub address2: Change<String>,
    /// City.
    pub city: Change<String>,
    /// Province by name or code.
    pub province: Change<String>,
    /// Postal code.
    pub postal_code: Change<String>,
    /// Country, in capitals.
    pub country_code: Option<String>,
    /// Whether it is the default for shipping; nothing leaves it.
    pub is_default_shipping: Option<bool>,
    /// Whether it is the default for billing; nothing leaves it.
    pub is_default_billing: Option<bool>,
    /// Public metadata.
    pub metadata: Option<MetadataChange>,
    /// Private metadata.
    pub private_metadata: Option<MetadataChange>,
    /// Whether it is stored with its findings instead of refused for them.
    pub skip_validation: bool,
}

/// One address to change.
#[derive(Clone, Debug)]
pub struct AddressUpdate {
    /// Which.
    pub id: AddressId,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// What to change.
    pub change: AddressChange,
}

/// One address to delete.
#[derive(Clone, Copy, Debug)]
pub struct AddressDelete {
    /// Which.
    pub id: AddressId,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
}

/// One result per row, in the order of the rows.
pub type Rows = Vec<Result<Model, Vec<UserError>>>;

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("addressName", json!(self.address_name)),
            ("firstName", json!(self.first_name)),
            ("lastName", json!(self.last_name)),
            ("company", json!(self.company)),
            ("phone", json!(self.phone)),
            ("address1", json!(self.address1)),
            ("address2", json!(self.address2)),
            ("city", json!(self.city)),
            ("province", json!(self.province)),
            ("postalCode", json!(self.postal_code)),
            ("countryCode", json!(self.country_code)),
            ("isDefaultShipping", json!(self.is_default_shipping)),
            ("isDefaultBilling", json!(self.is_default_billing)),
            ("metadata", self.metadata.clone()),
            ("privateMetadata", self.private_metadata.clone()),
        ]
    }
}

impl ReadBack for Model {
    type Id = AddressId;

    fn id(&self) -> AddressId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        self.customer_id
    }

    async fn read_back(call: &Call, ids: Vec<AddressId>) -> Result<Vec<Self>, DbErr> {
        visibility::visible_to(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}
