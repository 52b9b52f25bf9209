//! An address as the lines of an envelope.

use super::table::{CountryRules, rules};
use super::{AddressField, PostalAddress};

/// The layout for an address whose country is not known.
const GENERAL_FORMAT: [&str; 5] = [
    "{firstName} {lastName}",
    "{company}",
    "{address1}",
    "{address2}",
    "{postalCode} {city}, {province}",
];

/// Writes an address as the lines of an envelope, in the layout of its country and with the English
/// name of the country last.
///
/// A line that has nothing to say is left out, and so is a part that the country has no place for.
/// A province stands there the way the country writes it, by its code or by its name. An address in
/// Latin letters gets the Latin layout of a country whose own script is another one.
pub(crate) fn formatted(address: &PostalAddress<'_>) -> Vec<String> {
    let country_code = address.given(AddressField::CountryCode);
    let Some(country) = country_code.and_then(rules) else {
        let lines = GENERAL_FORMAT
            .iter()
            .map(|line| written(line, |field| address.given(field)));
        let country_line = country_code.unwrap_or_default().to_owned();
        return lines.chain([country_line]).filter(|line| !line.is_empty()).collect();
    };
    let in_latin = is_in_latin(address);
    let format = if in_latin && !country.latin_format.is_empty() {
        &country.latin_format
    } else {
        &country.format
    };
    let text_of = |field| {
        let given = address.given(field)?;
        Some(match field {
            AddressField::PostalCode => country.without_prefix(given),
            AddressField::Province => province_on_envelope(country, given, in_latin),
            _ => given,
        })
    };
    format
        .iter()
        .map(|line| written(line, text_of))
        .chain([country.name.clone()])
        .filter(|line| !line.is_empty())
        .collect()
}

/// A province the way an envelope carries it; unchanged where the country does not know it.
fn province_on_envelope<'text>(country: &'text CountryRules, given: &'text str, in_latin: bool) -> &'text str {
    let Some(province) = country.province(given) else {
        return given;
    };
    match &province.latin_name {
        _ if country.province_codes_on_envelope => &province.code,
        Some(latin_name) if in_latin && !is_latin(&province.name) => latin_name,
        _ => &province.name,
    }
}

/// One line of an envelope, in which the placeholders have become text.
///
/// Text between two placeholders stays only if something stands on both of its sides, and text in
/// front of the first placeholder only together with that one.
fn written<'text>(line: &str, text_of: impl Fn(AddressField) -> Option<&'text str>) -> String {
    let mut result = String::new();
    let mut between = "";
    let mut is_first = true;
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        rest = after;
        if !before.is_empty() {
            between = before;
        }
        if let Some(text) = AddressField::named(name).and_then(&text_of) {
            if is_first || !result.is_empty() {
                result.push_str(between);
            }
            result.push_str(text);
            between = "";
        }
        is_first = false;
    }
    if is_first { line.to_owned() } else { result }
}

/// Whether everything that only the sender can have written is in Latin letters.
fn is_in_latin(address: &PostalAddress<'_>) -> bool {
    AddressField::ALL
        .into_iter()
        // A province can be looked up in either script.
        .filter(|field| *field != AddressField::Province)
        .filter_map(|field| address.given(field))
        .all(is_latin)
}

/// Whether every letter of a text is a Latin one.
fn is_latin(text: &str) -> bool {
    text.chars()
        .filter(|character| character.is_alphabetic())
        .all(|letter| matches!(letter, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}'))
}

#[cfg(test)]
mod tests {
    use super::super::table::all;
    use super::*;

    fn address(country_code: &'static str) -> PostalAddress<'static> {
        PostalAddress {
            first_name: Some("Ada"),
            last_name: Some("Byron"),
            company: Some("Analytical Engines"),
            address1: Some("1 Main Street"),
            country_code: Some(country_code),
            ..Default::default()
        }
    }

    #[test]
    fn an_american_envelope_has_city_state_and_postal_code_on_one_line() {
        let address = PostalAddress {
            address2: Some("Apartment 4"),
            city: Some("San Francisco"),
            province: Some("California"),
            postal_code: Some("94105"),
            ..address("us")
        };
        assert_eq!(
            formatted(&address),
            [
                "Ada Byron",
                "Analytical Engines",
                "1 Main Street",
                "Apartment 4",
                "San Francisco, CA 94105",
                "United States",
            ]
        );
    }

    #[test]
    fn a_german_envelope_has_the_postal_code_before_the_city_and_no_province() {
        let address = PostalAddress {
            company: None,
            city: Some(" Oldenburg "),
            province: Some("Niedersachsen"),
            postal_code: Some("26133"),
            ..address("DE")
        };
        assert_eq!(
            formatted(&address),
            ["Ada Byron", "1 Main Street", "26133 Oldenburg", "Germany"]
        );
    }

    #[test]
    fn what_is_missing_leaves_no_separator_behind() {
        let only_city = PostalAddress {
            city: Some("Springfield"),
            ..address("US")
        };
        assert_eq!(formatted(&only_city)[3..], ["Springfield", "United States"]);
        let no_state = PostalAddress {
            postal_code: Some("62701"),
            ..only_city
        };
        assert_eq!(formatted(&no_state)[3..], ["Springfield 62701", "United States"]);
        let no_city = PostalAddress {
            city: None,
            province: Some("IL"),
            ..no_state
        };
        assert_eq!(formatted(&no_city)[3..], ["IL 62701", "United States"]);
        let no_first_name = PostalAddress {
            first_name: None,
            ..no_city
        };
        assert_eq!(formatted(&no_first_name)[0], "Byron");
    }

    #[test]
    fn the_letters_of_the_country_stand_before_a_swiss_postal_code_once() {
        for postal_code in ["3030", "CH-3030", "ch 3030"] {
            let address = PostalAddress {
                city: Some("Bern"),
                postal_code: Some(postal_code),
                ..address("CH")
            };
            assert_eq!(formatted(&address)[3], "CH-3030 Bern");
        }
        let no_postal_code = PostalAddress {
            city: Some("Bern"),
            ..address("CH")
        };
        assert_eq!(formatted(&no_postal_code)[3], "Bern");
    }

    #[test]
    fn a_japanese_envelope_goes_from_the_large_to_the_small() {
        let address = PostalAddress {
            first_name: Some("太郎"),
            last_name: Some("山田"),
            address1: Some("上馬1-2-3"),
            city: Some("世田谷区"),
            province: Some("JP-13"),
            postal_code: Some("154-0023"),
            country_code: Some("JP"),
            ..Default::default()
        };
        assert_eq!(
            formatted(&address),
            ["〒154-0023", "東京都世田谷区", "上馬1-2-3", "山田 太郎", "Japan"]
        );
    }

    #[test]
    fn a_japanese_address_in_latin_letters_goes_from_the_small_to_the_large() {
        let address = PostalAddress {
            company: None,
            address1: Some("1-2-3 Kamiuma"),
            city: Some("Setagaya-ku"),
            province: Some("東京都"),
            postal_code: Some("154-0023"),
            ..address("JP")
        };
        assert_eq!(
            formatted(&address),
            ["Ada Byron", "1-2-3 Kamiuma, Setagaya-ku, Tokyo", "154-0023", "Japan"]
        );
    }

    #[test]
    fn a_province_keeps_its_name_in_the_language_of_a_country_that_writes_latin_letters() {
        let address = PostalAddress {
            province: Some("West Java"),
            ..address("ID")
        };
        assert_eq!(formatted(&address)[3], "Jawa Barat");
    }

    #[test]
    fn a_province_that_the_country_does_not_know_stays_as_it_was_written() {
        let address = PostalAddress {
            province: Some("Calif."),
            ..address("US")
        };
        assert_eq!(formatted(&address)[3], "Calif.");
    }

    #[test]
    fn an_envelope_of_guernsey_names_the_island_once() {
        let address = PostalAddress {
            city: Some("St Peter Port"),
            postal_code: Some("GY1 1AA"),
            ..address("GG")
        };
        assert_eq!(formatted(&address)[3..], ["St Peter Port", "GY1 1AA", "Guernsey"]);
    }

    #[test]
    fn an_address_of_an_unknown_country_gets_a_general_layout() {
        let address = PostalAddress {
            city: Some("Nowhere"),
            ..address("XX")
        };
        assert_eq!(
            formatted(&address),
            ["Ada Byron", "Analytical Engines", "1 Main Street", "Nowhere", "XX"]
        );
        assert!(formatted(&PostalAddress::default()).is_empty());
    }

    #[test]
    fn every_layout_has_a_place_for_every_field_that_its_country_allows() {
        for country in all() {
            for field in country
                .allowed
                .iter()
                .filter(|field| **field != AddressField::CountryCode)
            {
                let placeholder = format!("{{{}}}", field.input_name());
                let has_place = |lines: &[String]| lines.iter().any(|line| line.contains(&placeholder));
                assert!(has_place(&country.format), "{} {placeholder}", country.code);
                assert!(
                    country.latin_format.is_empty() || has_place(&country.latin_format),
                    "{} {placeholder}",
                    country.code
                );
            }
        }
    }
}
