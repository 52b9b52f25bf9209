//! What a source tells about an activity, checked, and what becomes of a row when it is applied.

use chrono::{DateTime, Utc};
use entity::{
    id::OrderActivityId,
    order_activity::{Kind, Model},
    order_link,
};
use rust_decimal::Decimal;
use sea_orm::entity::prelude::Json;
use serde_json::json;

use crate::{
    features::order::status::means_void,
    money::{MoneyError, from_minor, to_minor},
    work::{Change, FieldChange, Snapshot, snapshot::diff},
};

/// What a source tells about an activity. What it leaves out stays as it is.
#[derive(Clone, Debug)]
pub struct OrderActivityDraft {
    /// The service that owns the order.
    pub source: String,
    /// The order's id in its source.
    pub order_id: String,
    /// What kind of thing happened.
    pub kind: Kind,
    /// The id of the activity in the source.
    pub external_id: String,
    /// The state.
    pub status: String,
    /// The amount, in the currency of the order.
    pub amount: Change<Decimal>,
    /// What staff should know.
    pub note: Change<String>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When the source last changed it.
    pub source_updated_at: DateTime<Utc>,
}

impl OrderActivityDraft {
    /// The activity as it will be: `old` changed by the draft, or a new one with this id. Its version grows only when
    /// something changed.
    ///
    /// # Errors
    /// When the amount does not fit the currency of the order.
    pub fn apply(
        &self,
        link: &order_link::Model,
        old: Option<&Model>,
        new_id: OrderActivityId,
        now: DateTime<Utc>,
    ) -> Result<Model, MoneyError> {
        let mut row = old.cloned().unwrap_or_else(|| Model {
            id: new_id,
            order_link_id: link.id,
            customer_id: link.customer_id,
            kind: self.kind,
            external_id: self.external_id.clone(),
            status: String::new(),
            is_void: false,
            amount: None,
            currency_code: None,
            note: None,
            occurred_at: self.occurred_at,
            source_updated_at: self.source_updated_at,
            version: 1,
            created_at: now,
            updated_at: now,
        });
        match &self.amount {
            Change::Keep => {}
            Change::Clear => (row.amount, row.currency_code) = (None, None),
            Change::Set(amount) => {
                row.amount = Some(to_minor(*amount, &link.currency_code)?);
                row.currency_code = Some(link.currency_code.clone());
            }
        }
        row.status.clone_from(&self.status);
        row.is_void = means_void(&self.status);
        self.note.clone().apply(&mut row.note);
        row.occurred_at = self.occurred_at;
        row.source_updated_at = self.source_updated_at;
        if let Some(old) = old
            && row != *old
        {
            row.version += 1;
            row.updated_at = now;
        }
        Ok(row)
    }
}

/// What an activity adds to its order: what was paid back, in the currency of the order, and whether it is a return.
#[must_use]
pub fn weight(activity: &Model, link: &order_link::Model) -> (i64, i32) {
    if activity.is_void {
        return (0, 0);
    }
    match activity.kind {
        Kind::Refund if activity.currency_code.as_ref() == Some(&link.currency_code) => {
            (activity.amount.unwrap_or_default(), 0)
        }
        Kind::Return => (0, 1),
        Kind::Refund | Kind::Claim | Kind::Exchange | Kind::Credit | Kind::Note => (0, 0),
    }
}

/// The fields that differ, for the timeline. Of the note no more than that it changed: what staff write may be about a
/// person, and the timeline may be another's by then.
pub fn changes(before: Option<&Model>, after: &Model) -> Vec<FieldChange> {
    let mut changes = diff(before, Some(after));
    if before.and_then(|before| before.note.as_deref()) != after.note.as_deref() {
        changes.push(FieldChange {
            path: "note".to_owned(),
            before: Json::Null,
            after: Json::Null,
        });
    }
    changes
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        let amount = self
            .amount
            .zip(self.currency_code.as_deref())
            .map(|(amount, currency)| json!({ "amount": from_minor(amount, currency).to_string(), "currencyCode": currency }));
        vec![
            ("order", json!(self.order_link_id)),
            ("kind", json!(self.kind)),
            ("externalId", json!(self.external_id)),
            ("status", json!(self.status)),
            ("amount", amount.unwrap_or_default()),
            ("occurredAt", json!(self.occurred_at)),
            ("sourceUpdatedAt", json!(self.source_updated_at)),
        ]
    }
}
