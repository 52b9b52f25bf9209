//! The phone numbers of the demo population, in the international and in a typed spelling.

use super::countries::{Country, Place};
use super::random::Random;
use super::types::DemoPhone;

/// A number of somebody who lives at the place, typed as the country writes numbers.
pub(super) fn phone(country: &Country, place: &Place, random: &mut Random) -> DemoPhone {
    let local = country.mobile_numbers.is_empty() || random.percent(40);
    let pattern = if local && !place.phone.is_empty() {
        place.phone
    } else {
        random.pick(country.mobile_numbers)
    };
    let typed = random.filled(pattern);
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix(country.trunk_prefix).unwrap_or(&digits);
    let e164 = format!("+{}{national}", country.calling_code);
    DemoPhone {
        e164,
        typed,
        country_code: country.code,
    }
}

/// The same number, typed as somebody else might: with other separators or with none.
pub(super) fn retyped(phone: &DemoPhone, random: &mut Random) -> DemoPhone {
    let typed = match random.below(10) {
        0..6 => phone.typed.clone(),
        6..8 => phone.typed.chars().filter(char::is_ascii_digit).collect(),
        8 => phone.typed.chars().filter(|it| !"()".contains(*it)).collect::<String>(),
        _ => phone
            .typed
            .chars()
            .filter(|it| !"()".contains(*it))
            .map(|it| if it == ' ' { '-' } else { it })
            .collect(),
    };
    DemoPhone {
        e164: phone.e164.clone(),
        typed,
        country_code: phone.country_code,
    }
}

#[cfg(test)]
mod tests {
    use super::super::countries::COUNTRIES;
    use super::super::random::{Random, Subject};
    use super::{phone, retyped};

    #[test]
    fn both_spellings_are_the_same_number_in_every_country() {
        let mut random = Random::new(1, Subject::Phone, 0);
        for country in COUNTRIES {
            for place in country.places {
                let phone = phone(country, place, &mut random);
                let again = retyped(&phone, &mut random);
                assert_eq!(phone.e164, again.e164);
                let digits: String = again.typed.chars().filter(char::is_ascii_digit).collect();
                let national = digits.strip_prefix(country.trunk_prefix);
                let national = national.unwrap_or("a trunk prefix is missing");
                assert_eq!(phone.e164, format!("+{}{national}", country.calling_code));
                assert!((9..=15).contains(&phone.e164.len()), "{}", phone.e164);
            }
        }
    }
}
