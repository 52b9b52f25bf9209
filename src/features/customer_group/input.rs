//! What may be written about a group, read into drafts with every complaint.

use async_graphql::{InputObject, MaybeUndefined};
use entity::customer_group::Model;

use super::service::{CustomerGroupChange, CustomerGroupDraft};
use crate::{
    config::Limits,
    graphql::{JsonObject, MetadataPatch, change, check_metadata},
    work::{Complaints, UserError},
};

/// The longest name, in characters.
const NAME: usize = 255;
/// A new customer group.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerGroupFields {
    /// The name, unique among the groups of the same owner whatever its case and accents.
    pub name: String,
    /// The id in another system; unique among groups.
    pub external_id: Option<String>,
    /// Facts about the group.
    pub metadata: Option<JsonObject>,
    /// Facts for staff alone.
    pub private_metadata: Option<JsonObject>,
}

impl CustomerGroupFields {
    /// Reads it.
    pub fn draft(self, limits: &Limits, complaints: &mut Complaints) -> CustomerGroupDraft {
        let json = |metadata: Option<JsonObject>| metadata.map(|metadata| metadata.0).unwrap_or_default().into();
        let name = complaints.required_text("name", Some(self.name), NAME);
        let draft = CustomerGroupDraft {
            name,
            external_id: complaints.text("externalId", self.external_id, 255),
            metadata: json(self.metadata),
            private_metadata: json(self.private_metadata),
        };
        for (path, metadata) in [
            ("metadata", &draft.metadata),
            ("privateMetadata", &draft.private_metadata),
        ] {
            if let Some(error) = check_metadata(path, metadata, limits) {
                complaints.add(error);
            }
        }
        draft
    }
}

/// Changes of a customer group: a field that is left out stays as it is, null clears it.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerGroupChangeFields {
    /// The name; it cannot be cleared.
    pub name: MaybeUndefined<String>,
    /// The id in another system; unique among groups.
    pub external_id: MaybeUndefined<String>,
    /// Changes of the metadata.
    pub metadata: Option<MetadataPatch>,
    /// Changes of the metadata for staff alone.
    pub private_metadata: Option<MetadataPatch>,
}

impl CustomerGroupChangeFields {
    /// Reads it.
    pub fn change(self, complaints: &mut Complaints) -> CustomerGroupChange {
        let name = complaints.required_text_change("name", change(self.name), NAME);
        CustomerGroupChange {
            name: name.new_value().cloned(),
            external_id: complaints.text_change("externalId", change(self.external_id), 255),
            metadata: self.metadata.map(Into::into),
            private_metadata: self.private_metadata.map(Into::into),
        }
    }
}

/// Changes that several groups may have in common: a field that is left out stays as it is.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerGroupCommonChange {
    /// Changes of the metadata.
    pub metadata: Option<MetadataPatch>,
    /// Changes of the metadata for staff alone.
    pub private_metadata: Option<MetadataPatch>,
}

impl CustomerGroupCommonChange {
    /// Reads it.
    pub fn change(self) -> CustomerGroupChange {
        CustomerGroupChange {
            metadata: self.metadata.map(Into::into),
            private_metadata: self.private_metadata.map(Into::into),
            ..CustomerGroupChange::default()
        }
    }
}

/// Complains about the metadata of a group after a change.
pub fn check_row(row: &Model, limits: &Limits) -> Vec<UserError> {
    [("metadata", &row.metadata), ("privateMetadata", &row.private_metadata)]
        .into_iter()
        .filter_map(|(path, metadata)| check_metadata(path, metadata, limits))
        .collect()
}
