//! E-mail addresses: which are accepted, and when two are the same.

use unicode_normalization::UnicodeNormalization;

/// The form in which addresses are compared: trimmed, NFC, lower case, the domain in ASCII (IDNA).
///
/// `None` when this is not an address we can send to: no or several `@`, an empty part, white space, control,
/// zero-width or direction characters, quotes, more than 254 bytes (RFC 5321), a domain that IDNA refuses.
#[must_use]
pub fn normalize_email(typed: &str) -> Option<String> {
    let trimmed: String = typed.trim().nfc().collect();
    let (local, domain) = trimmed.rsplit_once('@')?;
    let acceptable = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(is_acceptable);
    if !acceptable {
        return None;
    }
    let domain = idna::domain_to_ascii_strict(domain.strip_suffix('.').unwrap_or(domain)).ok()?;
    if domain.is_empty() || domain.split('.').any(str::is_empty) {
        return None;
    }
    let normalized = format!("{}@{domain}", local.to_lowercase().nfc().collect::<String>());
    (normalized.len() <= 254).then_some(normalized)
}

fn is_acceptable(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(character);
    }
    // Zero-width and direction characters make two addresses look the same.
    character.is_alphanumeric()
        && !matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_differ_in_case_and_form_are_the_same() {
        for typed in ["A@x.com", " a@X.COM ", "a@x.com."] {
            assert_eq!(normalize_email(typed).as_deref(), Some("a@x.com"), "{typed}");
        }
        assert_eq!(normalize_email("jose\u{301}@x.com"), normalize_email("JOSÉ@x.com"));
        assert_eq!(
            normalize_email("a@münchen.example").as_deref(),
            Some("a@xn--mnchen-3ya.example")
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@x.com", "a".repeat(65));
        for typed in [
            "",
            "a",
            "@x.com",
            "a@",
            "a b@x.com",
            "a@x..com",
            "a\u{200b}@x.com",
            "\"a\"@x.com",
            "a\0@x.com",
            "a@b@x.com",
            ".a@x.com",
            &long,
        ] {
            assert_eq!(normalize_email(typed), None, "{typed:?}");
        }
    }
}
