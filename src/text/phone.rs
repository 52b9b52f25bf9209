//! Phone numbers: kept as typed, read where they can be read.

use std::str::FromStr;

use phonenumber::{Mode, country};

/// The number in E.164 (`+4930123456`), when it is a valid one, read as in this country (two letters) unless it
/// begins with a plus.
#[must_use]
pub fn e164(typed: &str, country_code: Option<&str>) -> Option<String> {
    let country = country_code.and_then(|code| country::Id::from_str(code).ok());
    if country.is_none() && !typed.trim_start().starts_with('+') {
        return None;
    }
    let number = phonenumber::parse(country, typed).ok()?;
    let text = number.format().mode(Mode::E164).to_string();
    (phonenumber::is_valid(&number) && text.len() <= 16).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_national_number_needs_its_country() {
        assert_eq!(e164("030 901820", Some("DE")).as_deref(), Some("+4930901820"));
        assert_eq!(e164("030 901820", None), None);
        assert_eq!(e164("+49 30 901820", None).as_deref(), Some("+4930901820"));
    }

    #[test]
    fn what_is_no_number_has_no_e164() {
        assert_eq!(e164("call me", Some("DE")), None);
        assert_eq!(e164("+49", None), None);
    }
}
