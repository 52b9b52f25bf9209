//! Reads what a note says.

use super::service::TEXT;
use crate::{
    text::is_clean,
    work::{Complaints, ErrorCode, UserError},
};

/// A text of several lines, trimmed, that must be there.
pub(super) fn body(complaints: &mut Complaints, typed: &str) -> String {
    let (path, text) = ("body", typed.trim());
    if text.is_empty() {
        complaints.add(UserError::new(ErrorCode::Required, path, "Fill this in."));
    } else if text.chars().count() > TEXT {
        complaints.add(UserError::new(
            ErrorCode::TooLong,
            path,
            format!("Use at most {TEXT} characters."),
        ));
    } else if !is_clean(text, true) {
        complaints.add(UserError::new(
            ErrorCode::Invalid,
            path,
            "This text holds control characters. Remove them.",
        ));
    }
    text.to_owned()
}
