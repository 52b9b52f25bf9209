//! What the postal rules say about an address, in the words of the schema.

use entity::address::Model;
use serde::{Deserialize, Serialize};

use super::{
    postal::{self, PostalAddress, Problem},
    service::AddressDraft,
};
use crate::work::{ErrorCode, UserError};

/// Something that the postal rules find wrong with an address; the column `validation` holds a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The name of the field in the input.
    pub field: String,
    /// What is wrong with it.
    pub code: ErrorCode,
    /// What a person can do about it; never repeats what was typed.
    pub message: String,
}

impl Finding {
    /// Whether even an address that skips the check may not have it: without a country nothing else has a meaning.
    pub fn is_fatal(&self) -> bool {
        self.field == postal::AddressField::CountryCode.input_name()
    }
}

impl From<Finding> for UserError {
    fn from(finding: Finding) -> Self {
        Self::new(finding.code, &finding.field, finding.message)
    }
}

/// Everything that is wrong with an address by the rules of its country.
pub fn findings(address: &PostalAddress<'_>) -> Vec<Finding> {
    postal::check(address)
        .into_iter()
        .map(|finding| Finding {
            field: finding.field.input_name().to_owned(),
            code: match finding.problem {
                Problem::Required => ErrorCode::Required,
                Problem::UnknownCountry => ErrorCode::InvalidCountry,
                Problem::InvalidPostalCode => ErrorCode::InvalidPostalCode,
                Problem::UnknownProvince => ErrorCode::InvalidProvince,
            },
            message: finding.message,
        })
        .collect()
}

/// The code of a province, where the country has one that the table can hold.
pub fn province_code(country_code: &str, province: Option<&str>) -> Option<String> {
    let code = postal::province_code(country_code, province?)?;
    (code.chars().count() <= 16).then(|| code.to_owned())
}

/// The parts of a row that the postal rules know.
pub fn postal_address(row: &Model) -> PostalAddress<'_> {
    PostalAddress {
        first_name: row.first_name.as_deref(),
        last_name: row.last_name.as_deref(),
        company: row.company.as_deref(),
        address1: row.address1.as_deref(),
        address2: row.address2.as_deref(),
        city: row.city.as_deref(),
        province: row.province.as_deref(),
        postal_code: row.postal_code.as_deref(),
        country_code: Some(&row.country_code),
    }
}

impl AddressDraft {
    /// The parts of a new address that the postal rules know.
    pub(super) fn postal_address(&self) -> PostalAddress<'_> {
        PostalAddress {
            first_name: self.first_name.as_deref(),
            last_name: self.last_name.as_deref(),
            company: self.company.as_deref(),
            address1: self.address1.as_deref(),
            address2: self.address2.as_deref(),
            city: self.city.as_deref(),
            province: self.province.as_deref(),
            postal_code: self.postal_code.as_deref(),
            country_code: Some(&self.country_code),
        }
    }
}
