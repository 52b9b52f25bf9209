//! Reads the texts of a saved query.

use super::{secret, service::DESCRIPTION, service::TEXT};
use crate::{
    text::is_clean,
    work::{Change, Complaints, ErrorCode, UserError},
};

/// The document: any text, since what is half-done may be kept as well.
pub(super) fn document(complaints: &mut Complaints, typed: String) -> String {
    let path = "document";
    if typed.trim().is_empty() {
        complaints.add(UserError::new(ErrorCode::Required, path, "Fill this in."));
    } else if let Some(error) = unfit(path, &typed, TEXT) {
        complaints.add(error);
    } else if secret::in_document(&typed) {
        complaints.add(holds_secret(path));
    }
    typed
}

/// The variables: the text of a JSON object; a blank one is none.
pub(super) fn variables(complaints: &mut Complaints, typed: String) -> Option<String> {
    let path = "variables";
    if typed.trim().is_empty() {
        return None;
    }
    if let Some(error) = unfit(path, &typed, TEXT) {
        complaints.add(error);
        return None;
    }
    match serde_json::from_str::<serde_json::Value>(&typed) {
        Ok(value) if !value.is_object() => complaints.add(no_object(path)),
        Ok(value) if secret::in_variables(&value) => complaints.add(holds_secret(path)),
        Ok(_) => {}
        Err(_) => complaints.add(no_object(path)),
    }
    Some(typed)
}

/// A change of the variables.
pub(super) fn variables_change(complaints: &mut Complaints, change: Change<String>) -> Change<String> {
    change.and_then(|typed| variables(complaints, typed))
}

/// What it is for; a blank one is none.
pub(super) fn description(complaints: &mut Complaints, typed: String) -> Option<String> {
    let trimmed = typed.trim();
    if trimmed.is_empty() {
        return None;
    }
    if let Some(error) = unfit("description", trimmed, DESCRIPTION) {
        complaints.add(error);
    }
    Some(trimmed.to_owned())
}

/// A text of several lines that cannot be kept.
fn unfit(path: &str, text: &str, most: usize) -> Option<UserError> {
    if text.chars().count() > most {
        return Some(UserError::new(
            ErrorCode::TooLong,
            path,
            format!("Use at most {most} characters."),
        ));
    }
    (!is_clean(text, true)).then(|| {
        UserError::new(
            ErrorCode::Invalid,
            path,
            "This text holds control characters. Remove them.",
        )
    })
}

fn no_object(path: &str) -> UserError {
    UserError::new(
        ErrorCode::Invalid,
        path,
        "Variables are written as a JSON object, such as {\"first\": 10}.",
    )
}

fn holds_secret(path: &str) -> UserError {
    UserError::new(
        ErrorCode::Invalid,
        path,
        "This seems to hold a password or a token, which is not kept. Take it out.",
    )
}
