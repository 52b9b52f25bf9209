//! Text as people type it: how it is compared, what of it is accepted.
//!
//! Case and accents are folded here, in Rust, and never by a database's `lower()`, because SQLite folds ASCII alone
//! and PostgreSQL folds by its locale; what is compared is stored folded.

mod email;
mod fold;
mod phone;

pub use email::normalize_email;
pub use fold::{fold, search_text, search_words};
pub use phone::e164;

/// Bytes as hexadecimal digits, two for each.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Whether a text may be stored: no NUL (PostgreSQL cannot hold it) and no other control characters, except that a
/// text of several lines may hold tabs and line ends.
#[must_use]
pub fn is_clean(text: &str, several_lines: bool) -> bool {
    !text
        .chars()
        .any(|character| character.is_control() && !(several_lines && matches!(character, '\t' | '\n' | '\r')))
}
