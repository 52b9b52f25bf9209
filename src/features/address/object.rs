//! What the schema shows of an address, and of the rules for one.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use entity::address::{Column, Model};

use super::{
    postal::{self, CountryRules},
    rules::{Finding, postal_address},
};
use crate::{
    auth::guard,
    features::customer::{Customer, CustomerById, picked},
    graphql::{ContextExt, CountryCode, DateTime, JsonObject, ListNode, PhoneNumber, direct::Plain},
    work::ErrorCode,
};

/// Where a customer or an organization unit receives goods or bills.
#[derive(Clone, Debug)]
pub struct Address(pub Arc<Model>);

impl ListNode for Address {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }

    fn plain(field: &str) -> Option<Plain<Arc<Model>>> {
        Some(match field {
            "__typename" => |_, json| json.text("Address"),
            "id" => |row, json| json.id(row.id),
            "addressName" => |row, json| json.optional(row.address_name.as_deref()),
            "isDefaultShipping" => |row, json| json.boolean(row.is_default_shipping),
            "isDefaultBilling" => |row, json| json.boolean(row.is_default_billing),
            "firstName" => |row, json| json.optional(row.first_name.as_deref()),
            "lastName" => |row, json| json.optional(row.last_name.as_deref()),
            "company" => |row, json| json.optional(row.company.as_deref()),
            "phone" => |row, json| json.optional(row.phone.as_deref()),
            "phoneE164" => |row, json| json.optional(row.phone_e164.as_deref()),
            "address1" => |row, json| json.optional(row.address1.as_deref()),
            "address2" => |row, json| json.optional(row.address2.as_deref()),
            "city" => |row, json| json.optional(row.city.as_deref()),
            "province" => |row, json| json.optional(row.province.as_deref()),
            "provinceCode" => |row, json| json.optional(row.province_code.as_deref()),
            "postalCode" => |row, json| json.optional(row.postal_code.as_deref()),
            "countryCode" => |row, json| json.text(&row.country_code),
            "version" => |row, json| json.integer(row.version.into()),
            "createdAt" => |row, json| json.instant(row.created_at),
            "updatedAt" => |row, json| json.instant(row.updated_at),
            _ => return None,
        })
    }
}

impl From<Model> for Address {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// Where a customer or an organization unit receives goods or bills.
#[Object]
impl Address {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The customer who owns the address; null when an organization unit owns it, or when you may not see the customer.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        match self.0.customer_id {
            Some(id) => Ok(ctx.load::<CustomerById>(id).await?.map(Customer)),
            None => Ok(None),
        }
    }

    /// What the owner calls the address, such as "Home".
    async fn address_name(&self) -> Option<&str> {
        self.0.address_name.as_deref()
    }

    /// Whether goods go here unless the buyer says otherwise; at most one address of an owner.
    async fn is_default_shipping(&self) -> bool {
        self.0.is_default_shipping
    }

    /// Whether bills go here unless the buyer says otherwise; at most one address of an owner.
    async fn is_default_billing(&self) -> bool {
        self.0.is_default_billing
    }

    /// The given name of the recipient.
    async fn first_name(&self) -> Option<&str> {
        self.0.first_name.as_deref()
    }

    /// The family name of the recipient.
    async fn last_name(&self) -> Option<&str> {
        self.0.last_name.as_deref()
    }

    /// The business of the recipient.
    async fn company(&self) -> Option<&str> {
        self.0.company.as_deref()
    }

    /// The phone number of the recipient as it was typed.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// The phone number in E.164, where it could be read as one of the country.
    async fn phone_e164(&self) -> Option<PhoneNumber> {
        self.0.phone_e164.clone().map(PhoneNumber)
    }

    /// The first line: street and number.
    async fn address1(&self) -> Option<&str> {
        self.0.address1.as_deref()
    }

    /// The second line: apartment, suite, floor.
    async fn address2(&self) -> Option<&str> {
        self.0.address2.as_deref()
    }

    /// The city, town or village.
    async fn city(&self) -> Option<&str> {
        self.0.city.as_deref()
    }

    /// The state, province or region as it was typed.
    async fn province(&self) -> Option<&str> {
        self.0.province.as_deref()
    }

    /// The code of the state, province or region, where the country has a list of them.
    async fn province_code(&self) -> Option<&str> {
        self.0.province_code.as_deref()
    }

    /// The postal code.
    async fn postal_code(&self) -> Option<&str> {
        self.0.postal_code.as_deref()
    }

    /// The country.
    async fn country_code(&self) -> CountryCode {
        CountryCode(self.0.country_code.clone())
    }

    /// The lines of an envelope, as the country writes them, the country's English name last.
    /// Empty for staff whose roles hide a field of addresses.
    async fn formatted(&self, ctx: &Context<'_>) -> Vec<String> {
        let masks = ctx.call().viewer.masks().into_iter().flatten();
        if masks.into_iter().any(|mask| mask.starts_with("Address.")) {
            return Vec::new();
        }
        postal::formatted(&postal_address(&self.0))
    }

    /// What the postal rules of the country said when the address was last written.
    async fn validation(&self) -> AddressValidation {
        let findings: Vec<Finding> = serde_json::from_value(self.0.validation.clone()).unwrap_or_default();
        AddressValidation {
            is_valid: findings.is_empty(),
            findings: findings.into_iter().filter_map(AddressFinding::of).collect(),
        }
    }

    /// Facts about the address that its owner may read: all of them, or those under the given keys.
    async fn metadata(&self, keys: Option<Vec<String>>) -> JsonObject {
        picked(&self.0.metadata, keys.as_deref())
    }

    /// Facts about the address for staff alone. Requires `addresses:read`.
    #[graphql(
        guard = "guard::addresses_read",
        visible = "guard::shows::addresses_read",
        tag = "admin",
        requires_scopes = "addresses:read"
    )]
    async fn private_metadata(&self, keys: Option<Vec<String>>) -> Option<JsonObject> {
        Some(picked(&self.0.private_metadata, keys.as_deref()))
    }

    /// Grows by one with each change; give it as `expectedVersion` to change only what you have seen.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the address was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the address was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// What the postal rules say about an address.
#[derive(Clone, Debug, SimpleObject)]
pub struct AddressValidation {
    /// Whether nothing is wrong.
    is_valid: bool,
    /// What is wrong; an address has findings when it was written with `skipValidation`.
    findings: Vec<AddressFinding>,
}

/// Something that is wrong with an address.
#[derive(Clone, Debug, SimpleObject)]
pub struct AddressFinding {
    /// The field.
    field: AddressField,
    /// What is wrong with it, for programs.
    code: ErrorCode,
    /// What is wrong and what to do, for people.
    message: String,
}

impl AddressFinding {
    fn of(finding: Finding) -> Option<Self> {
        Some(Self {
            field: postal::AddressField::named(&finding.field)?.into(),
            code: finding.code,
            message: finding.message,
        })
    }
}

/// A part of a postal address, named as the inputs name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "postal::AddressField")]
pub enum AddressField {
    /// The given name of the recipient.
    FirstName,
    /// The family name of the recipient.
    LastName,
    /// The business of the recipient.
    Company,
    /// The first line.
    Address1,
    /// The second line.
    Address2,
    /// The city, town or village.
    City,
    /// The state, province or region.
    Province,
    /// The postal code.
    PostalCode,
    /// The country.
    CountryCode,
}

/// What an address in a country has to have and how it is written, for instance to build a form.
#[derive(Clone, Copy, Debug)]
pub struct AddressRules(pub(super) &'static CountryRules);

/// What an address in a country has to have and how it is written, for instance to build a form.
#[Object]
impl AddressRules {
    /// The country.
    async fn country_code(&self) -> CountryCode {
        CountryCode(self.0.code.clone())
    }

    /// The English name of the country.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The fields that an address has to have, in the order of the envelope.
    async fn required(&self) -> Vec<AddressField> {
        self.0.required.iter().copied().map(Into::into).collect()
    }

    /// The fields that have a place on the envelope, in its order.
    async fn allowed(&self) -> Vec<AddressField> {
        self.0.allowed.iter().copied().map(Into::into).collect()
    }

    /// The regular expression that a postal code matches as a whole, whatever its capitals; null where there are no
    /// postal codes.
    async fn postal_code_pattern(&self) -> Option<&str> {
        self.0.postal_code_pattern.as_deref()
    }

    /// Postal codes that show what one looks like.
    async fn postal_code_examples(&self) -> &[String] {
        &self.0.postal_code_examples
    }

    /// What the country calls a province, such as "state" or "prefecture".
    async fn province_kind(&self) -> &str {
        &self.0.province_kind
    }

    /// The provinces; none where any province is accepted.
    async fn provinces(&self) -> Vec<Province> {
        self.0
            .provinces
            .iter()
            .map(|province| Province {
                code: province.code.clone(),
                name: province.name.clone(),
                latin_name: province.latin_name.clone(),
            })
            .collect()
    }

    /// The lines of an envelope, with the fields in braces, such as `{postalCode} {city}`.
    async fn format(&self) -> &[String] {
        &self.0.format
    }
}

/// A state, province or region of a country.
#[derive(Clone, Debug, SimpleObject)]
pub struct Province {
    /// The code, which an address may give in place of the name.
    code: String,
    /// The name in the language of the country.
    name: String,
    /// The name in Latin letters, where it is another one.
    latin_name: Option<String>,
}
