//! What may be written about an address, read into drafts with every complaint.

use async_graphql::{InputObject, MaybeUndefined};

use super::{
    postal::rules,
    rules::{Finding, findings},
    service::{AddressChange, AddressDraft},
};
use crate::{
    auth::Viewer,
    graphql::{CountryCode, JsonObject, MetadataChange, MetadataPatch, change, check_metadata},
    work::{Call, Change, Complaints, ErrorCode, UserError},
};

/// The longest line of an address, in characters.
const LINE: usize = 255;
/// The longest phone number as typed, in characters.
const PHONE: usize = 40;
/// The longest postal code, in characters.
const POSTAL_CODE: usize = 32;

/// A new address. Which fields are required, and how postal codes and provinces are written, depends on the country:
/// see `addressRules`.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AddressFields {
    /// What the owner calls the address, such as "Home".
    pub address_name: Option<String>,
    /// The given name of the recipient.
    pub first_name: Option<String>,
    /// The family name of the recipient.
    pub last_name: Option<String>,
    /// The business of the recipient.
    pub company: Option<String>,
    /// The phone number of the recipient, kept as typed.
    pub phone: Option<String>,
    /// The first line: street and number.
    pub address1: Option<String>,
    /// The second line: apartment, suite, floor.
    pub address2: Option<String>,
    /// The city, town or village.
    pub city: Option<String>,
    /// The state, province or region, by name or code.
    pub province: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country; required.
    pub country_code: Option<CountryCode>,
    /// Whether goods go here unless the buyer says otherwise; takes the place of the present default.
    pub is_default_shipping: Option<bool>,
    /// Whether bills go here unless the buyer says otherwise; takes the place of the present default.
    pub is_default_billing: Option<bool>,
    /// Facts that the owner may read. A customer may only set the keys that the shop allows its customers to write.
    pub metadata: Option<JsonObject>,
    /// Facts for staff alone. Not for customers.
    pub private_metadata: Option<JsonObject>,
    /// Store the address with what is wrong with it in `validation`, instead of refusing it. The country must be known
    /// all the same. Not for customers.
    pub skip_validation: Option<bool>,
}

impl AddressFields {
    /// Reads it.
    pub fn draft(self, call: &Call, complaints: &mut Complaints) -> AddressDraft {
        let mut own = Complaints::default();
        let skips = self.skip_validation == Some(true);
        let keys = self.metadata.iter().flat_map(|metadata| metadata.0.keys());
        let reserved = [
            ("metadata", !may_write(call, keys.map(String::as_str))),
            ("privateMetadata", self.private_metadata.is_some()),
            ("skipValidation", skips),
        ];
        refuse_to_store(&call.viewer, &mut own, reserved);
        let object = |metadata: Option<JsonObject>| metadata.map(|metadata| metadata.0).unwrap_or_default().into();
        let mut draft = AddressDraft {
            address_name: own.text("addressName", self.address_name, LINE),
            first_name: own.text("firstName", self.first_name, LINE),
            last_name: own.text("lastName", self.last_name, LINE),
            company: own.text("company", self.company, LINE),
            phone: own.text("phone", self.phone, PHONE),
            address1: own.text("address1", self.address1, LINE),
            address2: own.text("address2", self.address2, LINE),
            city: own.text("city", self.city, LINE),
            province: own.text("province", self.province, LINE),
            postal_code: own.text("postalCode", self.postal_code, POSTAL_CODE),
            country_code: self.country_code.map(|code| capitals(&code)).unwrap_or_default(),
            is_default_shipping: self.is_default_shipping.unwrap_or_default(),
            is_default_billing: self.is_default_billing.unwrap_or_default(),
            metadata: object(self.metadata),
            private_metadata: object(self.private_metadata),
            findings: Vec::new(),
        };
        for (path, metadata) in [
            ("metadata", &draft.metadata),
            ("privateMetadata", &draft.private_metadata),
        ] {
            if let Some(error) = check_metadata(path, metadata, &call.limits) {
                own.add(error);
            }
        }
        let mut errors = own.into_errors();
        let (refused, kept): (Vec<Finding>, Vec<Finding>) = findings(&draft.postal_address())
            .into_iter()
            .partition(|finding| finding.is_fatal() || !skips);
        for finding in refused {
            // A text that could not be read is there; only one complaint about each field.
            if !errors.iter().any(|error| error.path.first() == Some(&finding.field)) {
                errors.push(finding.into());
            }
        }
        draft.findings = kept;
        for error in errors {
            complaints.add(error);
        }
        draft
    }
}

/// Changes of an address: a field that is left out stays as it is, null clears it.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AddressChangeFields {
    /// What the owner calls the address, such as "Home".
    pub address_name: MaybeUndefined<String>,
    /// The given name of the recipient.
    pub first_name: MaybeUndefined<String>,
    /// The family name of the recipient.
    pub last_name: MaybeUndefined<String>,
    /// The business of the recipient.
    pub company: MaybeUndefined<String>,
    /// The phone number of the recipient, kept as typed.
    pub phone: MaybeUndefined<String>,
    /// The first line: street and number.
    pub address1: MaybeUndefined<String>,
    /// The second line: apartment, suite, floor.
    pub address2: MaybeUndefined<String>,
    /// The city, town or village.
    pub city: MaybeUndefined<String>,
    /// The state, province or region, by name or code.
    pub province: MaybeUndefined<String>,
    /// The postal code.
    pub postal_code: MaybeUndefined<String>,
    /// The country; it cannot be cleared.
    pub country_code: MaybeUndefined<CountryCode>,
    /// Changes of the metadata that the owner may read. A customer may only set or delete the keys that the shop allows
    /// its customers to write.
    pub metadata: Option<MetadataPatch>,
    /// Changes of the metadata for staff alone. Not for customers.
    pub private_metadata: Option<MetadataPatch>,
    /// Store the address with what is wrong with it in `validation`, instead of refusing the change. The country must
    /// be known all the same. Not for customers.
    pub skip_validation: Option<bool>,
}

impl AddressChangeFields {
    /// Reads it.
    pub fn change(self, call: &Call, complaints: &mut Complaints) -> AddressChange {
        let skip_validation = self.skip_validation == Some(true);
        let metadata = self.metadata.map(MetadataChange::from);
        let foreign = |patch: &MetadataChange| patch.replaces() || !may_write(call, patch.keys());
        let reserved = [
            ("metadata", metadata.as_ref().is_some_and(foreign)),
            ("privateMetadata", self.private_metadata.is_some()),
            ("skipValidation", skip_validation),
        ];
        refuse_to_store(&call.viewer, complaints, reserved);
        AddressChange {
            address_name: complaints.text_change("addressName", change(self.address_name), LINE),
            first_name: complaints.text_change("firstName", change(self.first_name), LINE),
            last_name: complaints.text_change("lastName", change(self.last_name), LINE),
            company: complaints.text_change("company", change(self.company), LINE),
            phone: complaints.text_change("phone", change(self.phone), PHONE),
            address1: complaints.text_change("address1", change(self.address1), LINE),
            address2: complaints.text_change("address2", change(self.address2), LINE),
            city: complaints.text_change("city", change(self.city), LINE),
            province: complaints.text_change("province", change(self.province), LINE),
            postal_code: complaints.text_change("postalCode", change(self.postal_code), POSTAL_CODE),
            country_code: country_change(change(self.country_code), complaints),
            is_default_shipping: None,
            is_default_billing: None,
            metadata,
            private_metadata: self.private_metadata.map(Into::into),
            skip_validation,
        }
    }
}

fn country_change(asked: Change<CountryCode>, complaints: &mut Complaints) -> Option<String> {
    let (code, message) = match asked {
        Change::Keep => return None,
        Change::Set(code) if rules(&code.0).is_some() => return Some(capitals(&code)),
        Change::Set(_) => (
            ErrorCode::InvalidCountry,
            "A country is given by its code of two letters, such as DE.",
        ),
        Change::Clear => (ErrorCode::Required, "An address needs a country."),
    };
    complaints.add(UserError::new(code, "countryCode", message));
    None
}

/// A country code as the table holds it.
fn capitals(code: &CountryCode) -> String {
    code.0.trim().to_ascii_uppercase()
}

/// Whether the shop allows its customers to write all of these keys.
fn may_write<'a>(call: &Call, mut keys: impl Iterator<Item = &'a str>) -> bool {
    keys.all(|key| call.limits.store_metadata_keys.iter().any(|known| known == key))
}

/// Complains about fields that customers may not set.
fn refuse_to_store<const N: usize>(viewer: &Viewer, complaints: &mut Complaints, given: [(&str, bool); N]) {
    if viewer.is_admin() {
        return;
    }
    for (path, _) in given.into_iter().filter(|(_, is_given)| *is_given) {
        complaints.add(UserError::new(
            ErrorCode::ForbiddenField,
            path,
            "This is for staff. Leave it out.",
        ));
    }
}
