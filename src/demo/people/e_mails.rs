//! The e-mail addresses of the demo population. All are at names that nobody can own (RFC 2606):
//! `example.com`, `example.org`, `example.net` and names below `.example`.
//!
//! A registered customer's address must be unique, but must be made without looking at any other
//! customer. So every index is given a number of its own (by a shuffling), and the number is hidden
//! in the form of the address: the domain, the order and the separator of the names, and the digits
//! behind them. The forms can be told apart by their punctuation, hence two addresses with different
//! numbers never agree, whatever the names are. Members of an organization have an address at its
//! domain instead, which carries the number of the organization.

/// The words of the domains below `.example`.
#[rustfmt::skip]
const WORDS: [&str; 48] = [
    "mail", "post", "inbox", "letters", "courier", "harbor", "meadow", "atlas", "maple", "orchard",
    "comet", "willow", "lantern", "ember", "juniper", "pebble", "cedar", "saffron", "cobalt",
    "tundra", "marble", "falcon", "river", "summit", "acorn", "birch", "canyon", "dune", "echo",
    "fjord", "glacier", "heron", "iris", "jade", "kestrel", "lagoon", "mosaic", "nectar", "otter",
    "prairie", "quartz", "raven", "sable", "thistle", "umbra", "violet", "wren", "zephyr",
];

/// The endings of the domains that are reserved as they are.
const ENDINGS: [&str; 3] = ["com", "org", "net"];

/// How many forms an address can have at each domain.
const FORMS: usize = 6;

/// How many combinations of domain and form there are.
const COMBINATIONS: usize = (ENDINGS.len() + WORDS.len()) * FORMS;

/// Appends the `text` in lower-case ASCII letters, as people fold their names for an address;
/// everything but letters and digits is dropped.
fn fold(text: &str, umlauts_as_digraphs: bool, folded: &mut String) {
    for character in text.chars() {
        match character {
            'ä' | 'Ä' if umlauts_as_digraphs => folded.push_str("ae"),
            'ö' | 'Ö' if umlauts_as_digraphs => folded.push_str("oe"),
            'ü' | 'Ü' if umlauts_as_digraphs => folded.push_str("ue"),
            'æ' | 'Æ' => folded.push_str("ae"),
            'œ' | 'Œ' => folded.push_str("oe"),
            'ß' => folded.push_str("ss"),
            other => folded.extend(plain(other).filter(char::is_ascii_alphanumeric)),
        }
    }
}

/// The character in lower case and without its accent.
pub(super) fn plain(character: char) -> impl Iterator<Item = char> {
    character.to_lowercase().map(|lower| match lower {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ð' | 'ď' => 'd',
        'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' => 'n',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'ś' | 'š' => 's',
        'ú' | 'ù' | 'û' | 'ü' | 'ů' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    })
}

/// The names of a person, folded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FoldedName {
    first: String,
    last: String,
}

impl FoldedName {
    /// Folds the names.
    pub(super) fn new(first_name: &str, last_name: &str, umlauts_as_digraphs: bool) -> Self {
        let mut name = Self {
            first: String::new(),
            last: String::new(),
        };
        fold(first_name, umlauts_as_digraphs, &mut name.first);
        fold(last_name, umlauts_as_digraphs, &mut name.last);
        name
    }
}

/// The private address of somebody with this name. No other `number` gives the same address.
pub(super) fn private_address(name: &FoldedName, number: usize) -> String {
    let (combination, tail) = (number % COMBINATIONS, number / COMBINATIONS);
    let (domain, form) = (combination / FORMS, combination % FORMS);
    let FoldedName { first, last } = name;
    let initial = |text: &str| text.chars().take(1).collect::<String>();
    let mut address = match form {
        0 => format!("{first}.{last}"),
        1 => format!("{first}{last}"),
        2 => format!("{}.{last}", initial(first)),
        3 => format!("{first}_{last}"),
        4 => format!("{first}-{last}"),
        _ => format!("{last}.{}", initial(first)),
    };
    if tail > 0 {
        address.push_str(&(tail + 1).to_string());
    }
    let (word, ending) = match domain.checked_sub(ENDINGS.len()) {
        None => ("example", ENDINGS[domain]),
        Some(word) => (WORDS[word], "example"),
    };
    format!("{address}@{word}.{ending}")
}

/// The address at the company of the given number. The `homonym` is 0 for the first person of this
/// name there and must differ for every other one.
pub(super) fn company_address(
    name: &FoldedName,
    homonym: usize,
    company: &str,
    umlauts_as_digraphs: bool,
    number: usize,
) -> String {
    let mut address = format!("{}.{}", name.first, name.last);
    if homonym > 0 {
        address.push_str(&(homonym + 1).to_string());
    }
    address.push('@');
    for word in company.split_whitespace() {
        fold(word, umlauts_as_digraphs, &mut address);
        address.push('-');
    }
    address.push_str(&format!("{number}.example"));
    address
}

#[cfg(test)]
mod tests {
    use super::super::countries::COUNTRIES;
    use super::{COMBINATIONS, FoldedName, company_address, private_address};
    use std::collections::HashSet;

    #[test]
    fn names_are_folded_as_people_do() {
        let folded = |first, last, digraphs| FoldedName::new(first, last, digraphs);
        let jurgen = folded("Jürgen", "Groß", true);
        assert_eq!((jurgen.first.as_str(), jurgen.last.as_str()), ("juergen", "gross"));
        let lukasz = folded("Łukasz", "Żak-O'Brien", false);
        assert_eq!((lukasz.first.as_str(), lukasz.last.as_str()), ("lukasz", "zakobrien"));
    }

    #[test]
    fn every_name_of_the_tables_folds_to_at_least_two_ascii_letters() {
        for country in COUNTRIES {
            for list in [country.feminine_names, country.masculine_names, country.family_names] {
                for name in list {
                    let folded = FoldedName::new(name, name, country.umlauts_as_digraphs).first;
                    let letters = name.chars().filter(|character| character.is_alphabetic());
                    assert!(folded.len() >= 2 && folded.len() >= letters.count(), "{name}");
                    assert!(folded.bytes().all(|byte| byte.is_ascii_lowercase()), "{name}");
                }
            }
        }
    }

    #[test]
    fn different_numbers_give_different_addresses_even_for_names_made_to_collide() {
        let names = ["ann", "anna", "an", "na", "a-n", "nn"];
        let mut met = HashSet::new();
        for number in 0..3 * COMBINATIONS {
            let mut own = HashSet::new();
            for first in names {
                for last in names {
                    own.insert(private_address(&FoldedName::new(first, last, false), number));
                }
            }
            for address in own {
                assert!(met.insert(address.clone()), "{address}");
            }
        }
    }

    #[test]
    fn a_company_address_names_the_company_and_its_number() {
        let name = FoldedName::new("Zoë", "van Dijk", false);
        let address = company_address(&name, 0, "Müller Bau", true, 17);
        assert_eq!(address, "zoe.vandijk@mueller-bau-17.example");
        let address = company_address(&name, 2, "Müller Bau", true, 17);
        assert_eq!(address, "zoe.vandijk3@mueller-bau-17.example");
    }
}
