//! How the embedded table becomes the rules of the countries.

use std::error::Error;

use regex::RegexBuilder;
use serde::Deserialize;

use super::AddressField;
use super::province::Province;
use super::table::CountryRules;

/// The embedded file; its head, which names the source, is for the people who read it.
#[derive(Deserialize)]
struct Table {
    countries: Vec<CountryRow>,
}

/// A country as the table has it.
#[derive(Deserialize)]
struct CountryRow {
    code: String,
    name: String,
    #[serde(default)]
    article: bool,
    required: Vec<AddressField>,
    allowed: Vec<AddressField>,
    format: Vec<String>,
    #[serde(default)]
    latin_format: Vec<String>,
    postal_code: Option<String>,
    #[serde(default)]
    postal_code_examples: Vec<String>,
    postal_code_prefix: Option<String>,
    province_kind: Option<String>,
    #[serde(default)]
    province_codes_on_envelope: bool,
    #[serde(default)]
    provinces: Vec<Province>,
}

/// Reads the table and makes it ready for use.
pub(super) fn read_table(json: &str) -> Result<Vec<CountryRules>, Box<dyn Error>> {
    let table: Table = serde_json::from_str(json)?;
    table.countries.into_iter().map(country_rules).collect()
}

/// Makes the rules of a country out of its row.
fn country_rules(row: CountryRow) -> Result<CountryRules, Box<dyn Error>> {
    let postal_code_prefix = row
        .postal_code_prefix
        .map(|prefix| prefix.trim_end_matches([' ', '-']).to_owned());
    let postal_code_pattern = row.postal_code.map(|pattern| match &postal_code_prefix {
        Some(prefix) => format!("^(?:{prefix}[ -]?)?(?:{pattern})$"),
        None => format!("^(?:{pattern})$"),
    });
    let postal_code = postal_code_pattern
        .as_deref()
        // Without Unicode, so that a digit is one of 0 to 9.
        .map(|pattern| RegexBuilder::new(pattern).case_insensitive(true).unicode(false).build())
        .transpose()?;
    Ok(CountryRules {
        code: row.code,
        name: row.name,
        required: row.required,
        allowed: row.allowed,
        postal_code,
        postal_code_pattern,
        postal_code_examples: row.postal_code_examples,
        province_kind: row.province_kind.unwrap_or_else(|| "province".to_owned()),
        provinces: row.provinces,
        format: row.format,
        latin_format: row.latin_format,
        postal_code_prefix,
        province_codes_on_envelope: row.province_codes_on_envelope,
        takes_article: row.article,
    })
}
