//! The provinces of the countries and the many ways in which people spell them.

use serde::Deserialize;

use super::table::{CountryRules, rules};

/// A province of a country.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "ProvinceRow")]
pub(crate) struct Province {
    /// The code: the part of ISO 3166-2 after the hyphen, or the name where ISO has no code.
    pub(crate) code: String,
    /// The name in the language of the country.
    pub(crate) name: String,
    /// The name in Latin letters, where it is another one.
    pub(crate) latin_name: Option<String>,
    /// Everything that names this province, made comparable by [`comparable`].
    spellings: Vec<String>,
}

/// A province as the table has it.
#[derive(Deserialize)]
struct ProvinceRow {
    code: String,
    name: String,
    latin: Option<String>,
    /// Further spellings, such as the name without its accents.
    #[serde(default)]
    also: Vec<String>,
}

impl From<ProvinceRow> for Province {
    fn from(row: ProvinceRow) -> Self {
        let spellings = [&row.code, &row.name]
            .into_iter()
            .chain(&row.latin)
            .chain(&row.also)
            .map(|spelling| comparable(spelling))
            .collect();
        Self {
            code: row.code,
            name: row.name,
            latin_name: row.latin,
            spellings,
        }
    }
}

impl CountryRules {
    /// The province that a name or a code such as `CA` or `US-CA` stands for.
    pub(crate) fn province(&self, name_or_code: &str) -> Option<&Province> {
        let wanted = comparable(name_or_code);
        if let Some(province) = self
            .provinces
            .iter()
            .find(|province| province.spellings.contains(&wanted))
        {
            return Some(province);
        }
        let (country, code) = wanted.split_once('-')?;
        if !country.eq_ignore_ascii_case(&self.code) {
            return None;
        }
        self.provinces
            .iter()
            .find(|province| comparable(&province.code) == code)
    }
}

/// The code of the province that a name or a code stands for in a country.
pub(crate) fn province_code(country: &str, province: &str) -> Option<&'static str> {
    rules(country)?
        .province(province)
        .map(|province| province.code.as_str())
}

/// A spelling without what people write differently: capitals, accents that stand as characters of
/// their own, the form of the apostrophe, and more than one space.
fn comparable(spelling: &str) -> String {
    let words: Vec<&str> = spelling.split_whitespace().collect();
    // By way of the capitals, because the Turkish dotless i has the same capital as the dotted one.
    let letters = words.join(" ").to_uppercase().to_lowercase();
    letters
        .chars()
        .filter(|letter| !('\u{300}'..='\u{36f}').contains(letter))
        .map(|letter| if letter == '’' { '\'' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::table::all;
    use super::*;

    #[test]
    fn every_spelling_of_a_province_names_one_province_only() {
        for country in all() {
            let mut taken = HashMap::new();
            for province in &country.provinces {
                for spelling in &province.spellings {
                    let holder = taken.entry(spelling).or_insert(&province.code);
                    assert_eq!(*holder, &province.code, "{} {spelling}", country.code);
                }
            }
        }
    }

    #[test]
    fn an_american_state_is_found_by_name_code_and_iso_code_but_not_by_an_abbreviation() {
        for state in ["California", "CA", "us-ca", "US-CA", " california "] {
            assert_eq!(province_code("us", state), Some("CA"), "{state}");
        }
        for other in ["Calif.", "", "CA-CA", "US-", "US-California", "Ontario"] {
            assert_eq!(province_code("US", other), None, "{other}");
        }
        assert_eq!(province_code("US", "New   York"), Some("NY"));
        assert_eq!(province_code("US", "Guam"), Some("GU"));
    }

    #[test]
    fn a_province_is_found_without_its_accents_and_in_the_other_languages_of_the_country() {
        assert_eq!(province_code("CA", "Québec"), Some("QC"));
        assert_eq!(province_code("CA", "Que\u{301}bec"), Some("QC"));
        assert_eq!(province_code("BR", "sao paulo"), Some("SP"));
        assert_eq!(province_code("ES", "Gipuzkoa"), Some("SS"));
        assert_eq!(province_code("IT", "L’Aquila"), Some("AQ"));
        assert_eq!(province_code("TR", "ISTANBUL"), Some("34"));
        assert_eq!(province_code("TR", "KIRŞEHİR"), Some("40"));
    }

    #[test]
    fn a_chinese_province_is_found_without_the_word_for_province() {
        for name in ["浙江省", "浙江", "Zhejiang Sheng", "Zhejiang", "CN-33"] {
            assert_eq!(province_code("CN", name), Some("33"), "{name}");
        }
    }

    #[test]
    fn a_name_that_fits_two_provinces_names_neither() {
        assert_eq!(province_code("TW", "Hsinchu City"), Some("HSZ"));
        assert_eq!(province_code("TW", "Hsinchu"), None);
    }

    #[test]
    fn germany_has_no_provinces() {
        assert!(rules("DE").is_some_and(|germany| germany.provinces.is_empty()));
        assert_eq!(province_code("DE", "Bayern"), None);
    }
}
