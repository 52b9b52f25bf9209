//! What a system tells of a contact, checked, and what becomes of a row when it is applied.

use chrono::{DateTime, Utc};
use entity::{
    id::{CustomerId, InteractionId},
    interaction::{Direction, Kind, Model},
};
use sea_orm::entity::prelude::Json;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::work::{FieldChange, Snapshot, snapshot::diff};

/// How a system names a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    /// By our id.
    Id(CustomerId),
    /// By the id in another system.
    ExternalId(String),
}

/// A contact, as a system tells of it.
#[derive(Clone, Debug)]
pub struct InteractionDraft {
    /// With whom.
    pub customer: Named,
    /// The system.
    pub source: String,
    /// The id in that system.
    pub external_id: String,
    /// What kind of contact.
    pub kind: Kind,
    /// Who turned to whom.
    pub direction: Option<Direction>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// What it was about.
    pub summary: String,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// A new contact.
    Created,
    /// The contact was changed.
    Updated,
    /// The contact said the same already.
    Unchanged,
}

impl InteractionDraft {
    /// The contact as it will be: `old` changed by the draft, or a new one with this id. Its version grows only when
    /// something changed.
    #[must_use]
    pub fn apply(&self, customer: CustomerId, old: Option<&Model>, new_id: InteractionId, now: DateTime<Utc>) -> Model {
        let told = Model {
            id: old.map_or(new_id, |old| old.id),
            customer_id: customer,
            source: self.source.clone(),
            external_id: self.external_id.clone(),
            kind: self.kind,
            direction: self.direction,
            occurred_at: self.occurred_at,
            summary: self.summary.clone(),
            version: old.map_or(1, |old| old.version),
            created_at: old.map_or(now, |old| old.created_at),
            updated_at: old.map_or(now, |old| old.updated_at),
        };
        match old {
            Some(old) if told != *old => Model {
                version: old.version + 1,
                updated_at: now,
                ..told
            },
            _ => told,
        }
    }
}

/// The fields that differ, for the timeline. Of the summary no more than that it changed.
#[must_use]
pub fn changes(before: Option<&Model>, after: &Model) -> Vec<FieldChange> {
    let mut changes = diff(before, Some(after));
    if before.is_none_or(|before| before.summary != after.summary) {
        changes.push(FieldChange {
            path: "summary".to_owned(),
            before: Json::Null,
            after: Json::Null,
        });
    }
    changes
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("customer", json!(self.customer_id)),
            ("source", json!(self.source)),
            ("externalId", json!(self.external_id)),
            ("kind", json!(self.kind)),
            ("direction", json!(self.direction)),
            ("occurredAt", json!(self.occurred_at)),
        ]
    }
}
