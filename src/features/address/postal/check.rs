//! What is missing or wrong in an address.

use super::message::message;
use super::table::{CountryRules, rules};
use super::{AddressField, PostalAddress};

/// The fields that an address has to have whatever its country is.
const REQUIRED_EVERYWHERE: [AddressField; 4] = [
    AddressField::FirstName,
    AddressField::LastName,
    AddressField::Address1,
    AddressField::CountryCode,
];

/// What can be wrong with a part of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Problem {
    /// The part has to be given and is not.
    Required,
    /// There is no country of this code.
    UnknownCountry,
    /// The country has no postal codes that look like this one.
    InvalidPostalCode,
    /// The country has no province of this name or code.
    UnknownProvince,
}

/// A problem of an address, with a sentence that says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Finding {
    /// The part of the address that has the problem.
    pub(crate) field: AddressField,
    /// What is wrong with it.
    pub(crate) problem: Problem,
    /// What a person can do about it; it never repeats what the person has entered.
    pub(crate) message: String,
}

/// Names every part of an address that is missing or wrong, in the order of [`AddressField::ALL`].
///
/// A part that the country does not know, such as a postal code in Hong Kong, is no problem: it
/// only has no place on the envelope. As long as the country is not known, neither the city nor the
/// province nor the postal code can be judged.
pub(crate) fn check(address: &PostalAddress<'_>) -> Vec<Finding> {
    let country = address.given(AddressField::CountryCode).and_then(rules);
    AddressField::ALL
        .into_iter()
        .filter_map(|field| {
            let problem = problem_of(field, address.given(field), country)?;
            Some(Finding {
                field,
                problem,
                message: message(field, problem, country),
            })
        })
        .collect()
}

/// What is wrong with one part of an address, if anything is.
fn problem_of(field: AddressField, given: Option<&str>, country: Option<&CountryRules>) -> Option<Problem> {
    let Some(given) = given else {
        let required = country.map_or(&REQUIRED_EVERYWHERE[..], |country| &country.required);
        return required.contains(&field).then_some(Problem::Required);
    };
    let Some(country) = country else {
        return (field == AddressField::CountryCode).then_some(Problem::UnknownCountry);
    };
    match field {
        AddressField::PostalCode => {
            let pattern = country.postal_code.as_ref()?;
            (!pattern.is_match(given)).then_some(Problem::InvalidPostalCode)
        }
        AddressField::Province if !country.provinces.is_empty() => {
            country.province(given).is_none().then_some(Problem::UnknownProvince)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn american() -> PostalAddress<'static> {
        PostalAddress {
            first_name: Some("Ada"),
            last_name: Some("Byron"),
            address1: Some("1 Main Street"),
            city: Some("San Francisco"),
            province: Some("CA"),
            postal_code: Some("94105"),
            country_code: Some("US"),
            ..Default::default()
        }
    }

    fn german() -> PostalAddress<'static> {
        PostalAddress {
            city: Some("Oldenburg"),
            province: None,
            postal_code: Some("26133"),
            country_code: Some("DE"),
            ..american()
        }
    }

    fn problems(address: &PostalAddress<'_>) -> Vec<(AddressField, Problem)> {
        check(address)
            .iter()
            .map(|finding| (finding.field, finding.problem))
            .collect()
    }

    fn messages(address: &PostalAddress<'_>) -> Vec<String> {
        check(address).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_whole_address_has_no_problem() {
        assert_eq!(check(&american()), []);
        assert_eq!(check(&german()), []);
    }

    #[test]
    fn an_empty_address_needs_names_first_line_and_country() {
        let expected = REQUIRED_EVERYWHERE.map(|field| (field, Problem::Required));
        assert_eq!(problems(&PostalAddress::default()), expected);
    }

    #[test]
    fn blank_text_counts_as_missing() {
        let address = PostalAddress {
            city: Some("  "),
            ..german()
        };
        assert_eq!(messages(&address), ["An address in Germany needs a city."]);
    }

    #[test]
    fn a_country_code_in_small_letters_is_known() {
        let address = PostalAddress {
            country_code: Some("gb"),
            postal_code: Some("SW1A 1AA"),
            city: Some("London"),
            ..german()
        };
        assert_eq!(check(&address), []);
    }

    #[test]
    fn an_unknown_country_is_the_only_problem_that_it_makes() {
        let address = PostalAddress {
            country_code: Some("XX"),
            city: None,
            ..american()
        };
        assert_eq!(
            check(&address),
            [Finding {
                field: AddressField::CountryCode,
                problem: Problem::UnknownCountry,
                message: "A country is given by its code of two letters, such as DE.".to_owned(),
            }]
        );
    }

    #[test]
    fn a_wrong_german_postal_code_is_answered_with_an_example() {
        let address = PostalAddress {
            postal_code: Some("2613"),
            ..german()
        };
        assert_eq!(
            problems(&address),
            [(AddressField::PostalCode, Problem::InvalidPostalCode)]
        );
        assert_eq!(messages(&address), ["A postal code of Germany looks like 26133."]);
    }

    #[test]
    fn a_wrong_british_postal_code_is_found() {
        let address = PostalAddress {
            country_code: Some("GB"),
            postal_code: Some("ZZZ"),
            ..german()
        };
        assert_eq!(
            messages(&address),
            ["A postal code of the United Kingdom looks like EC1Y 8SY."]
        );
    }

    #[test]
    fn the_united_states_need_a_state_and_a_postal_code() {
        let address = PostalAddress {
            province: None,
            postal_code: None,
            ..american()
        };
        assert_eq!(
            messages(&address),
            [
                "An address in the United States needs a state, such as Alabama (AL).",
                "An address in the United States needs a postal code, such as 95014.",
            ]
        );
    }

    #[test]
    fn a_state_that_is_not_on_the_list_is_found_whatever_its_country_requires() {
        let address = PostalAddress {
            province: Some("Calif."),
            ..american()
        };
        assert_eq!(problems(&address), [(AddressField::Province, Problem::UnknownProvince)]);
        assert_eq!(
            messages(&address),
            ["A state of the United States is given by its name or code, such as Alabama (AL)."]
        );
        let address = PostalAddress {
            country_code: Some("IE"),
            postal_code: None,
            province: Some("Bavaria"),
            ..american()
        };
        assert_eq!(
            messages(&address),
            ["A county of Ireland is given by its name or code, such as Co. Carlow (CW)."]
        );
    }

    #[test]
    fn a_state_is_accepted_by_name_by_code_and_by_iso_code() {
        for state in ["California", "CA", "us-ca"] {
            let address = PostalAddress {
                province: Some(state),
                ..american()
            };
            assert_eq!(check(&address), [], "{state}");
        }
    }

    #[test]
    fn any_province_is_accepted_where_the_country_has_no_list() {
        let address = PostalAddress {
            province: Some("Niedersachsen"),
            ..german()
        };
        assert_eq!(check(&address), []);
    }

    #[test]
    fn hong_kong_needs_an_area_and_accepts_any_postal_code() {
        let address = PostalAddress {
            country_code: Some("HK"),
            province: None,
            postal_code: Some("000"),
            ..american()
        };
        assert_eq!(
            messages(&address),
            ["An address in Hong Kong needs an area, such as Kowloon."]
        );
    }

    #[test]
    fn a_city_is_not_required_in_singapore() {
        let address = PostalAddress {
            country_code: Some("SG"),
            city: None,
            province: None,
            postal_code: Some("546080"),
            ..american()
        };
        assert_eq!(check(&address), []);
    }

    #[test]
    fn no_message_repeats_what_was_entered() {
        let address = PostalAddress {
            province: Some("Zyzzyva"),
            postal_code: Some("Quux"),
            ..american()
        };
        assert_eq!(check(&address).len(), 2);
        for message in messages(&address) {
            assert!(!message.contains("Zyzzyva") && !message.contains("Quux"), "{message}");
        }
    }
}
