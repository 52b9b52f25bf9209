//! What somebody wants to write, checked: every complaint about it is collected, each with its path.

use super::{ErrorCode, UserError};
use crate::text::{is_clean, normalize_email};

/// What an update does to a field: absent input keeps it, null clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Set it to nothing.
    Clear,
    /// Set it.
    Set(T),
}

impl<T> Change<T> {
    /// Applies it to a value that may be absent.
    pub fn apply(self, value: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *value = None,
            Self::Set(new) => *value = Some(new),
        }
    }

    /// The same change of something made from the value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(make(value)),
        }
    }

    /// The change of something made from the value, where making may give nothing, which clears.
    pub fn and_then<U>(self, make: impl FnOnce(T) -> Option<U>) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => make(value).map_or(Change::Clear, Change::Set),
        }
    }

    /// The new value, if one is set.
    pub fn new_value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// Whether the field is touched at all.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

/// An e-mail address as typed and as compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    /// As typed, trimmed.
    pub typed: String,
    /// As compared.
    pub normalized: String,
}

/// Collects complaints while an input is read, so that a person learns of all of them at once.
#[derive(Debug, Default)]
pub struct Complaints(Vec<UserError>);

impl Complaints {
    /// Adds one.
    pub fn add(&mut self, error: UserError) {
        self.0.push(error);
    }

    /// A line of text of at most `most` characters, trimmed; an empty one is none.
    pub fn text(&mut self, path: &str, typed: Option<String>, most: usize) -> Option<String> {
        let text = typed?;
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return None;
        }
        if !is_clean(trimmed, false) {
            self.add(UserError::new(
                ErrorCode::Invalid,
                path,
                "This text holds control characters. Remove them.",
            ));
            return None;
        }
        if trimmed.chars().count() > most {
            self.add(UserError::new(
                ErrorCode::TooLong,
                path,
                format!("Use at most {most} characters."),
            ));
            return None;
        }
        Some(if trimmed.len() == text.len() {
            text
        } else {
            trimmed.to_owned()
        })
    }

    /// A line of text that must be there.
    pub fn required_text(&mut self, path: &str, typed: Option<String>, most: usize) -> String {
        let before = self.0.len();
        match self.text(path, typed, most) {
            Some(text) => text,
            None => {
                if self.0.len() == before {
                    self.add(UserError::new(ErrorCode::Required, path, "Fill this in."));
                }
                String::new()
            }
        }
    }

    /// A change of a line of text.
    pub fn text_change(&mut self, path: &str, change: Change<String>, most: usize) -> Change<String> {
        change.and_then(|typed| self.text(path, Some(typed), most))
    }

    /// A change of a line of text that must stay there.
    pub fn required_text_change(&mut self, path: &str, change: Change<String>, most: usize) -> Change<String> {
        match change {
            Change::Keep => Change::Keep,
            Change::Clear => Change::Set(self.required_text(path, None, most)),
            Change::Set(typed) => Change::Set(self.required_text(path, Some(typed), most)),
        }
    }

    /// An e-mail address.
    pub fn email(&mut self, path: &str, typed: Option<String>) -> Option<EmailAddress> {
        let typed = self.text(path, typed, 254)?;
        match normalize_email(&typed) {
            Some(normalized) => Some(EmailAddress { typed, normalized }),
            None => {
                self.add(UserError::new(
                    ErrorCode::InvalidEmail,
                    path,
                    "This is not an e-mail address. It looks like name@example.com.",
                ));
                None
            }
        }
    }

    /// A language tag (BCP 47): letters, digits and hyphens.
    pub fn language(&mut self, path: &str, typed: Option<String>) -> Option<String> {
        let tag = self.text(path, typed, 35)?;
        let fits = tag.split('-').enumerate().all(|(position, part)| {
            (1..=8).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && (position > 0 || (part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic())))
        });
        if !fits {
            self.add(UserError::new(
                ErrorCode::Invalid,
                path,
                "A language is written like en or pt-BR.",
            ));
            return None;
        }
        Some(tag)
    }

    /// Adds what another collection complains about, seen from further up.
    pub fn under(&mut self, prefix: &str, other: Complaints) {
        self.0.extend(other.0.into_iter().map(|error| error.under(prefix)));
    }

    /// Whether there is nothing to complain about.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The complaints.
    #[must_use]
    pub fn into_errors(self) -> Vec<UserError> {
        self.0
    }

    /// The value, if there is nothing to complain about.
    ///
    /// # Errors
    /// The complaints.
    pub fn check<T>(self, value: T) -> Result<T, Vec<UserError>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}
