//! What a source may tell about activities, read into drafts with every complaint.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::{draft::OrderActivityDraft, object::OrderActivityKind};
use crate::{
    graphql::{DateTime, Decimal, change},
    text::is_clean,
    work::{Change, Complaints, ErrorCode, UserError},
};

/// The most characters of a note.
const NOTE: usize = 2_000;

/// What a source tells about something that happened to an order. A field that is left out stays as it is, null clears
/// it.
#[derive(Clone, Debug, InputObject)]
pub struct OrderActivityRow {
    /// The service that owns the order, at most 64 characters.
    source: String,
    /// The id of the order in its source.
    order_id: ID,
    /// What kind of thing happened.
    kind: OrderActivityKind,
    /// The id of the activity in the source, at most 255 characters. Together with the order and the kind it tells which
    /// activity is meant.
    external_id: String,
    /// The state of the activity, in the words of its source, at most 64 characters.
    status: String,
    /// The amount, from 0, in the currency of the order and with no more decimals than that has.
    amount: MaybeUndefined<Decimal>,
    /// What staff should know, at most 2,000 characters. Buyers do not see it.
    note: MaybeUndefined<String>,
    /// When it happened.
    occurred_at: DateTime,
    /// When the source last changed the activity. A row that is older than what was told last is left out.
    source_updated_at: DateTime,
}

impl OrderActivityRow {
    /// Reads it.
    ///
    /// # Errors
    /// Every complaint about it.
    pub fn draft(self) -> Result<OrderActivityDraft, Vec<UserError>> {
        let mut complaints = Complaints::default();
        let draft = OrderActivityDraft {
            source: complaints.required_text("source", Some(self.source), 64),
            order_id: complaints.required_text("orderId", Some(self.order_id.0), 255),
            kind: self.kind.into(),
            external_id: complaints.required_text("externalId", Some(self.external_id), 255),
            status: complaints.required_text("status", Some(self.status), 64),
            amount: change(self.amount).map(|amount| amount.0),
            note: change(self.note).and_then(|note| text(&mut complaints, note)),
            occurred_at: self.occurred_at.0,
            source_updated_at: self.source_updated_at.0,
        };
        if matches!(&draft.amount, Change::Set(amount) if amount.is_sign_negative() && !amount.is_zero()) {
            complaints.add(UserError::new(
                ErrorCode::Invalid,
                "amount",
                "An amount is 0 or more; the kind tells in which direction money goes.",
            ));
        }
        complaints.check(draft)
    }
}

/// A text that may have several lines.
fn text(complaints: &mut Complaints, typed: String) -> Option<String> {
    let text = typed.trim();
    if text.is_empty() {
        return None;
    }
    if !is_clean(text, true) {
        complaints.add(UserError::new(
            ErrorCode::Invalid,
            "note",
            "This text holds control characters. Remove them.",
        ));
        return None;
    }
    if text.chars().count() > NOTE {
        complaints.add(UserError::new(
            ErrorCode::TooLong,
            "note",
            format!("Use at most {NOTE} characters."),
        ));
        return None;
    }
    Some(text.to_owned())
}
