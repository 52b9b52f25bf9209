//! The postal rules of the world: what an address of a country has to have, which of its parts the
//! country knows, and how it is written on an envelope.
//!
//! The rules are a table that `make_table.py` makes from Google's address data and that is embedded
//! in the program (`postal_rules.json`, whose head names the source, its version and its license).
//! Nothing here reads the network or the database.
//!
//! [`check()`] names every part of an address that is missing or wrong, [`formatted`] writes the
//! address as lines, and [`rules`] gives the rules themselves, for instance to build a form.

mod check;
mod envelope;
mod message;
mod province;
mod reading;
mod table;

pub(crate) use check::{Problem, check};
pub(crate) use envelope::formatted;
pub(crate) use province::province_code;
pub(crate) use table::{CountryRules, rules};

use serde::Deserialize;

/// A part of a postal address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AddressField {
    /// The given name of the person who receives the mail.
    FirstName,
    /// The family name of the person who receives the mail.
    LastName,
    /// The company where the person receives the mail.
    Company,
    /// The first line of the address, mostly the street and the house number.
    Address1,
    /// The second line of the address, such as an apartment or a floor.
    Address2,
    /// The city, town or village.
    City,
    /// The state, prefecture, county or whatever else the country divides itself into.
    Province,
    /// The postal code.
    PostalCode,
    /// The country as a code of two letters (ISO 3166-1).
    CountryCode,
}

impl AddressField {
    /// Every part of an address, in the order in which a form asks for them.
    pub(crate) const ALL: [Self; 9] = [
        Self::FirstName,
        Self::LastName,
        Self::Company,
        Self::Address1,
        Self::Address2,
        Self::City,
        Self::Province,
        Self::PostalCode,
        Self::CountryCode,
    ];

    /// The name that this part has as an input of the GraphQL schema.
    pub(crate) fn input_name(self) -> &'static str {
        match self {
            Self::FirstName => "firstName",
            Self::LastName => "lastName",
            Self::Company => "company",
            Self::Address1 => "address1",
            Self::Address2 => "address2",
            Self::City => "city",
            Self::Province => "province",
            Self::PostalCode => "postalCode",
            Self::CountryCode => "countryCode",
        }
    }

    /// The part of an address that has this name as an input of the GraphQL schema.
    pub(crate) fn named(input_name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.input_name() == input_name)
    }
}

/// A postal address as somebody has entered it.
///
/// It is personal data, so that it cannot be printed for debugging.
#[derive(Clone, Copy, Default)]
pub(crate) struct PostalAddress<'a> {
    /// The given name of the person who receives the mail.
    pub(crate) first_name: Option<&'a str>,
    /// The family name of the person who receives the mail.
    pub(crate) last_name: Option<&'a str>,
    /// The company where the person receives the mail.
    pub(crate) company: Option<&'a str>,
    /// The first line of the address.
    pub(crate) address1: Option<&'a str>,
    /// The second line of the address.
    pub(crate) address2: Option<&'a str>,
    /// The city, town or village.
    pub(crate) city: Option<&'a str>,
    /// The province by name or by code.
    pub(crate) province: Option<&'a str>,
    /// The postal code.
    pub(crate) postal_code: Option<&'a str>,
    /// The country as a code of two letters.
    pub(crate) country_code: Option<&'a str>,
}

impl<'a> PostalAddress<'a> {
    /// What the address says in this part, without the space around it; nothing if it is blank.
    fn given(&self, field: AddressField) -> Option<&'a str> {
        let text = match field {
            AddressField::FirstName => self.first_name,
            AddressField::LastName => self.last_name,
            AddressField::Company => self.company,
            AddressField::Address1 => self.address1,
            AddressField::Address2 => self.address2,
            AddressField::City => self.city,
            AddressField::Province => self.province,
            AddressField::PostalCode => self.postal_code,
            AddressField::CountryCode => self.country_code,
        };
        text.map(str::trim).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_own_input_name() {
        for field in AddressField::ALL {
            assert_eq!(AddressField::named(field.input_name()), Some(field));
        }
    }

    #[test]
    fn the_table_names_fields_as_the_inputs_do() {
        for field in AddressField::ALL {
            let read = serde_json::from_value::<AddressField>(field.input_name().into());
            assert_eq!(read.ok(), Some(field));
        }
    }

    #[test]
    fn a_blank_part_counts_as_not_given() {
        let address = PostalAddress {
            city: Some(" \t"),
            company: Some(" Acme "),
            ..Default::default()
        };
        assert_eq!(address.given(AddressField::City), None);
        assert_eq!(address.given(AddressField::Company), Some("Acme"));
    }
}
