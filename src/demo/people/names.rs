//! The names of the demo population: of people, as they are and as they are mistyped, and of
//! companies.

use super::countries::Country;
use super::e_mails::plain;
use super::random::Random;

/// The name of a company.
#[derive(Debug)]
pub(super) struct CompanyName {
    /// The name without the legal form.
    pub(super) stem: String,
    /// The legal form.
    pub(super) legal_form: &'static str,
}

impl CompanyName {
    /// The whole name.
    pub(super) fn full(&self) -> String {
        format!("{} {}", self.stem, self.legal_form)
    }
}

impl Country {
    /// A given name.
    pub(super) fn any_given_name(&self, feminine: bool, random: &mut Random) -> String {
        let names = if feminine {
            self.feminine_names
        } else {
            self.masculine_names
        };
        (*random.pick(names)).to_owned()
    }

    /// A family name, or two where people bear two.
    pub(super) fn any_family_name(&self, feminine: bool, random: &mut Random) -> String {
        let first = *random.pick(self.family_names);
        let second = *random.pick(self.family_names);
        if first != second && random.percent(self.two_family_names) {
            return format!("{first} {second}");
        }
        self.gendered(first, feminine)
    }

    /// The family name as a woman bears it, where that differs from how a man bears it: the woman of
    /// the family Kowalski is Kowalska.
    pub(super) fn gendered(&self, family_name: &str, feminine: bool) -> String {
        if feminine && self.code == "PL" {
            for (masculine, feminine) in [("ski", "ska"), ("cki", "cka")] {
                if let Some(stem) = family_name.strip_suffix(masculine) {
                    return format!("{stem}{feminine}");
                }
            }
        }
        family_name.to_owned()
    }

    /// The name of a company.
    pub(super) fn any_company(&self, random: &mut Random) -> CompanyName {
        let (family, trade) = (random.pick(self.family_names), random.pick(self.trades));
        let stem = if self.trade_first {
            format!("{trade} {family}")
        } else {
            format!("{family} {trade}")
        };
        let legal_form = *random.pick(self.legal_forms);
        CompanyName { stem, legal_form }
    }
}

/// The name with one slip of the keyboard, which is never the name itself.
pub(super) fn mistyped(name: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let accented = letters.iter().any(|letter| plain(*letter).ne(letter.to_lowercase()));
    if accented && random.percent(60) {
        return without_accents(&letters);
    }
    // The first letter stays as it is: people notice when that one is wrong.
    let position = 1 + random.below(letters.len().saturating_sub(2));
    match random.below(3) {
        0 if letters.len() > 4 => {
            letters.remove(position);
        }
        1 if letters.len() > 3 && letters[position] != letters[position + 1] => {
            letters.swap(position, position + 1);
        }
        _ => {
            let doubled = letters.get(position).filter(|letter| letter.is_alphabetic());
            let doubled = doubled.or(letters.last()).copied().unwrap_or('s');
            let end = letters.len();
            let here = letters.get(position) == Some(&doubled);
            letters.insert(if here { position } else { end }, doubled);
        }
    }
    letters.into_iter().collect()
}

/// The name typed by somebody whose keyboard lacks its accents; capitals stay capitals.
fn without_accents(letters: &[char]) -> String {
    letters
        .iter()
        .flat_map(|letter| {
            let capital = letter.is_uppercase();
            plain(*letter).map(move |it| if capital { it.to_ascii_uppercase() } else { it })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::countries::COUNTRIES;
    use super::super::random::{Random, Subject};
    use super::{mistyped, without_accents};

    #[test]
    fn a_mistyped_name_differs_from_the_name() {
        let mut random = Random::new(1, Subject::Variation, 0);
        for country in COUNTRIES {
            for list in [country.feminine_names, country.masculine_names, country.family_names] {
                for name in list {
                    assert_ne!(&mistyped(name, &mut random), name);
                }
            }
        }
    }

    #[test]
    fn accents_are_dropped_and_capitals_kept() {
        let typed = |name: &str| without_accents(&name.chars().collect::<Vec<_>>());
        assert_eq!(typed("Élise"), "Elise");
        assert_eq!(typed("Łukasz"), "Lukasz");
    }

    #[test]
    fn polish_women_have_their_own_form_of_the_family_name() {
        let poland = COUNTRIES.iter().find(|country| country.code == "PL").unwrap();
        assert_eq!(poland.gendered("Wysocki", true), "Wysocka");
        assert_eq!(poland.gendered("Zieliński", true), "Zielińska");
        assert_eq!(poland.gendered("Nowak", true), "Nowak");
        assert_eq!(poland.gendered("Górski", false), "Górski");
    }
}
