//! The sentences that tell a person what to do about a problem of an address.
//!
//! They are made of the rules of the country alone, so that they cannot repeat personal data.

use super::province::Province;
use super::table::CountryRules;
use super::{AddressField, Problem};

/// The sentence for a problem.
pub(super) fn message(field: AddressField, problem: Problem, country: Option<&CountryRules>) -> String {
    match (problem, country) {
        (Problem::Required, None) => format!("An address needs {}.", needed(field, None)),
        (Problem::Required, Some(country)) => {
            let place = country.name_in_sentence();
            format!("An address in {place} needs {}.", needed(field, Some(country)))
        }
        (Problem::InvalidPostalCode, Some(country)) => {
            let place = country.name_in_sentence();
            match country.postal_code_examples.first() {
                Some(example) => format!("A postal code of {place} looks like {example}."),
                None => format!("A postal code of {place} looks different."),
            }
        }
        (Problem::UnknownProvince, Some(country)) => {
            let kind = capitalized(&with_article(&country.province_kind));
            let place = country.name_in_sentence();
            let example = province_example(country);
            format!("{kind} of {place} is given by its name or code{example}.")
        }
        (Problem::UnknownCountry, _) | (_, None) => {
            "A country is given by its code of two letters, such as DE.".to_owned()
        }
    }
}

/// What an address needs where a part of it is missing.
fn needed(field: AddressField, country: Option<&CountryRules>) -> String {
    match field {
        AddressField::FirstName => "a first name".to_owned(),
        AddressField::LastName => "a last name".to_owned(),
        AddressField::Company => "a company".to_owned(),
        AddressField::Address1 => "a first line, such as the street and house number".to_owned(),
        AddressField::Address2 => "a second line".to_owned(),
        AddressField::City => "a city".to_owned(),
        AddressField::CountryCode => "the code of its country, such as DE".to_owned(),
        AddressField::PostalCode => match country.and_then(|country| country.postal_code_examples.first()) {
            Some(example) => format!("a postal code, such as {example}"),
            None => "a postal code".to_owned(),
        },
        AddressField::Province => {
            let kind = country.map_or("province", |country| &country.province_kind);
            let example = country.map(province_example).unwrap_or_default();
            format!("{}{example}", with_article(kind))
        }
    }
}

/// The first province of a country as an example at the end of a sentence.
fn province_example(country: &CountryRules) -> String {
    let Some(Province {
        code, name, latin_name, ..
    }) = country.provinces.first()
    else {
        return String::new();
    };
    let name = latin_name.as_ref().unwrap_or(name);
    if name == code {
        format!(", such as {name}")
    } else {
        format!(", such as {name} ({code})")
    }
}

/// A noun with the article that it takes.
fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}

/// A text that begins with a capital.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::super::table::all;
    use super::*;

    #[test]
    fn every_message_of_every_country_is_one_sentence() {
        for country in all().map(Some).chain([None]) {
            for field in AddressField::ALL {
                for problem in [
                    Problem::Required,
                    Problem::UnknownCountry,
                    Problem::InvalidPostalCode,
                    Problem::UnknownProvince,
                ] {
                    let message = message(field, problem, country);
                    assert!(message.starts_with(char::is_uppercase), "{message}");
                    assert!(message.ends_with('.') && !message.contains("  "), "{message}");
                }
            }
        }
    }

    #[test]
    fn the_article_fits_the_noun() {
        assert_eq!(with_article("emirate"), "an emirate");
        assert_eq!(capitalized(&with_article("prefecture")), "A prefecture");
    }
}
