//! What a system may tell of contacts, read into drafts with every complaint.

use async_graphql::InputObject;
use entity::id::CustomerId;

use super::{
    draft::{InteractionDraft, Named},
    object::{InteractionDirection, InteractionKind},
};
use crate::{
    graphql::{DateTime, Id},
    text::is_clean,
    work::{Complaints, ErrorCode, UserError},
};

/// The most characters of a summary.
const SUMMARY: usize = 2_000;

/// A contact with a customer.
#[derive(Clone, Debug, InputObject)]
pub struct InteractionRow {
    /// With whom. Give this or `customerExternalId`.
    customer_id: Option<Id<CustomerId>>,
    /// With whom, by the id in another system.
    customer_external_id: Option<String>,
    /// The system that tells of the contact, at most 64 characters.
    source: String,
    /// The id of the contact in that system, at most 255 characters. Together with `source` it tells which contact is
    /// meant.
    external_id: String,
    /// What kind of contact it was.
    kind: InteractionKind,
    /// Who turned to whom, where that is known.
    direction: Option<InteractionDirection>,
    /// When it happened.
    occurred_at: DateTime,
    /// What it was about, at most 2,000 characters.
    summary: String,
}

impl InteractionRow {
    /// Reads it.
    ///
    /// # Errors
    /// Every complaint about it.
    pub fn draft(self) -> Result<InteractionDraft, Vec<UserError>> {
        let mut complaints = Complaints::default();
        let customer = match (self.customer_id, self.customer_external_id) {
            (Some(id), None) => Named::Id(id.0),
            (None, Some(external_id)) => {
                Named::ExternalId(complaints.required_text("customerExternalId", Some(external_id), 255))
            }
            _ => {
                let message = "Give either customerId or customerExternalId.";
                complaints.add(UserError::new(ErrorCode::Invalid, "customerExternalId", message));
                Named::ExternalId(String::new())
            }
        };
        let draft = InteractionDraft {
            customer,
            source: complaints.required_text("source", Some(self.source), 64),
            external_id: complaints.required_text("externalId", Some(self.external_id), 255),
            kind: self.kind.into(),
            direction: self.direction.map(Into::into),
            occurred_at: self.occurred_at.0,
            summary: summary(&mut complaints, &self.summary),
        };
        complaints.check(draft)
    }
}

/// A text that may have several lines, and must be there.
fn summary(complaints: &mut Complaints, typed: &str) -> String {
    let text = typed.trim();
    let (code, message) = if text.is_empty() {
        (ErrorCode::Required, "Fill this in.".to_owned())
    } else if !is_clean(text, true) {
        let message = "This text holds control characters. Remove them.";
        (ErrorCode::Invalid, message.to_owned())
    } else if text.chars().count() > SUMMARY {
        (ErrorCode::TooLong, format!("Use at most {SUMMARY} characters."))
    } else {
        return text.to_owned();
    };
    complaints.add(UserError::new(code, "summary", message));
    String::new()
}
