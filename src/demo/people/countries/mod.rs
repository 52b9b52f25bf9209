//! The twenty countries of the demo population, each with what makes its people believable: names,
//! streets, real places with their postal codes, phone numbers and companies.
//!
//! The tables are written by hand. Names are common ones of the country, postal codes are those of
//! the place (and of the street, where a code means a street), and phone numbers are patterns for
//! [`Random::filled`](super::random::Random::filled). Where a country has set numbers aside for films
//! and books (United States, Canada, United Kingdom, Germany, France, Sweden, Australia), only those
//! are used, except that such numbers are left out which the usual libraries call invalid (mobile
//! numbers in the United Kingdom and France). In the other countries the numbers are merely
//! plausible: somebody may own them, so never call or text a number of the demo population.

mod british_isles;
mod german;
mod iberian;
mod low_countries;
mod nordic;
mod north_america;
mod pacific;
mod polish;
mod southern;

use super::currencies::Currency;
use super::random::Random;

/// How a country writes a street with its house number.
#[derive(Clone, Copy, Debug)]
pub(super) enum StreetForm {
    /// As in "12 Main Street".
    NumberFirst,
    /// As in "Hauptstraße 12".
    NumberLast,
    /// As in "Calle Mayor, 12".
    NumberAfterComma,
    /// As in "2-14-5 Jinnan": the blocks of a quarter that has no street names.
    Blocks,
}

/// A country and what is typical of it. No list is empty unless its description says so.
#[derive(Debug)]
pub(super) struct Country {
    /// The two letters of ISO 3166-1.
    pub(super) code: &'static str,
    /// How many of 1000 customers live there.
    pub(super) weight: usize,
    /// The currency that people pay in.
    pub(super) currency: &'static Currency,
    /// The calling code, without the plus sign.
    pub(super) calling_code: &'static str,
    /// The digit dialed before a national number, which the international format leaves out; may be
    /// empty.
    pub(super) trunk_prefix: &'static str,
    /// Given names of women.
    pub(super) feminine_names: &'static [&'static str],
    /// Given names of men.
    pub(super) masculine_names: &'static [&'static str],
    /// Family names.
    pub(super) family_names: &'static [&'static str],
    /// How many of 100 people bear two family names.
    pub(super) two_family_names: usize,
    /// Whether ä, ö and ü turn into ae, oe and ue where only ASCII is allowed.
    pub(super) umlauts_as_digraphs: bool,
    /// How a street is written with its house number.
    pub(super) street_form: StreetForm,
    /// Streets found in most cities; empty if every place names its own.
    pub(super) streets: &'static [&'static str],
    /// Patterns of what follows the street, such as an apartment.
    pub(super) second_lines: &'static [&'static str],
    /// Places to live.
    pub(super) places: &'static [Place],
    /// Patterns of mobile phone numbers; empty if every place has a pattern of its own.
    pub(super) mobile_numbers: &'static [&'static str],
    /// What companies do, as a part of their name.
    pub(super) trades: &'static [&'static str],
    /// Whether the trade stands before the family name in the name of a company.
    pub(super) trade_first: bool,
    /// Legal forms of companies.
    pub(super) legal_forms: &'static [&'static str],
    /// The number in the company register, with `#` for each digit.
    pub(super) registration_number: &'static str,
}

/// A place to live: a city with one of its postal codes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The city.
    pub(super) city: &'static str,
    /// The state, province or prefecture, where addresses name one.
    pub(super) province: Option<&'static str>,
    /// The postal code.
    pub(super) postal_code: &'static str,
    /// The pattern of phone numbers there; empty if people give their mobile number.
    pub(super) phone: &'static str,
    /// Streets (in Japan: quarters) of the postal code; empty where those of the country will do.
    pub(super) streets: &'static [&'static str],
}

/// A place where addresses name no province.
const fn place(city: &'static str, postal_code: &'static str, phone: &'static str) -> Place {
    Place {
        city,
        province: None,
        postal_code,
        phone,
        streets: &[],
    }
}

impl Place {
    /// The place with its province.
    const fn of(self, province: &'static str) -> Self {
        Self {
            province: Some(province),
            ..self
        }
    }

    /// The place with streets of its own.
    const fn with(self, streets: &'static [&'static str]) -> Self {
        Self { streets, ..self }
    }
}

/// All countries.
pub(super) static COUNTRIES: [&Country; 20] = [
    &north_america::UNITED_STATES,
    &north_america::CANADA,
    &british_isles::UNITED_KINGDOM,
    &british_isles::IRELAND,
    &german::GERMANY,
    &southern::FRANCE,
    &iberian::SPAIN,
    &southern::ITALY,
    &low_countries::NETHERLANDS,
    &low_countries::BELGIUM,
    &german::AUSTRIA,
    &german::SWITZERLAND,
    &nordic::SWEDEN,
    &nordic::NORWAY,
    &nordic::DENMARK,
    &polish::POLAND,
    &iberian::PORTUGAL,
    &pacific::JAPAN,
    &pacific::AUSTRALIA,
    &iberian::BRAZIL,
];

/// A country, each as likely as it weighs.
pub(super) fn any_country(random: &mut Random) -> &'static Country {
    COUNTRIES[random.weighted(&COUNTRIES.map(|country| country.weight))]
}

#[cfg(test)]
mod tests {
    use super::COUNTRIES;

    /// The patterns of the postal codes: `#` is a digit, `@` a letter, `*` either.
    fn postal_patterns(country: &str) -> &'static [&'static str] {
        match country {
            "US" | "DE" | "FR" | "ES" | "IT" => &["#####"],
            "CA" => &["@#@ #@#"],
            "GB" => &["@# #@@", "@## #@@", "@@# #@@", "@@## #@@", "@#@ #@@", "@@#@ #@@"],
            "IE" => &["@## ****"],
            "NL" => &["#### @@"],
            "SE" => &["### ##"],
            "PL" => &["##-###"],
            "PT" => &["####-###"],
            "JP" => &["###-####"],
            "BR" => &["#####-###"],
            _ => &["####"],
        }
    }

    /// Whether the `code` has the form of the `pattern`.
    fn fits(code: &str, pattern: &str) -> bool {
        code.len() == pattern.len()
            && code
                .chars()
                .zip(pattern.chars())
                .all(|(character, wanted)| match wanted {
                    '#' => character.is_ascii_digit(),
                    '@' => character.is_ascii_uppercase(),
                    '*' => character.is_ascii_digit() || character.is_ascii_uppercase(),
                    _ => character == wanted,
                })
    }

    #[test]
    fn every_postal_code_has_the_form_of_its_country() {
        for country in COUNTRIES {
            for place in country.places {
                let patterns = postal_patterns(country.code);
                let fitting = patterns.iter().any(|pattern| fits(place.postal_code, pattern));
                assert!(fitting, "{} {}", country.code, place.postal_code);
            }
        }
    }

    #[test]
    fn addresses_name_a_province_exactly_where_the_country_wants_one() {
        for country in COUNTRIES {
            let wanted = ["US", "CA", "IE", "ES", "IT", "JP", "AU", "BR"].contains(&country.code);
            for place in country.places {
                assert_eq!(place.province.is_some(), wanted, "{} {}", country.code, place.city);
            }
        }
    }

    #[test]
    fn no_place_is_listed_twice_and_every_country_has_six_cities() {
        for country in COUNTRIES {
            let mut cities: Vec<_> = country.places.iter().map(|place| place.city).collect();
            let mut codes: Vec<_> = country.places.iter().map(|place| place.postal_code).collect();
            cities.sort_unstable();
            cities.dedup();
            codes.sort_unstable();
            codes.dedup();
            assert!(cities.len() >= 6, "{}", country.code);
            assert_eq!(codes.len(), country.places.len(), "{}", country.code);
        }
    }

    #[test]
    fn the_weights_add_up_and_no_list_lacks_what_the_generator_needs() {
        assert_eq!(COUNTRIES.iter().map(|country| country.weight).sum::<usize>(), 1000);
        for country in COUNTRIES {
            for list in [
                country.feminine_names,
                country.masculine_names,
                country.family_names,
                country.second_lines,
                country.trades,
                country.legal_forms,
            ] {
                assert!(!list.is_empty(), "{}", country.code);
            }
            for place in country.places {
                let streets = !place.streets.is_empty() || !country.streets.is_empty();
                let phone = !place.phone.is_empty() || !country.mobile_numbers.is_empty();
                assert!(streets && phone, "{} {}", country.code, place.city);
            }
        }
    }

    #[test]
    fn no_list_names_anything_twice() {
        for country in COUNTRIES {
            for list in [
                country.feminine_names,
                country.masculine_names,
                country.family_names,
                country.streets,
                country.mobile_numbers,
                country.trades,
            ] {
                let mut sorted = list.to_vec();
                sorted.sort_unstable();
                assert!(sorted.windows(2).all(|pair| pair[0] != pair[1]), "{}", country.code);
            }
        }
    }
}
