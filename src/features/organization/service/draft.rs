//! What somebody wants to write about an organization, checked.

use entity::{id::OrganizationId, organization::Status};
use sea_orm::entity::prelude::Json;

use crate::{graphql::MetadataChange, work::Change};

/// A new organization.
#[derive(Clone, Debug)]
pub struct OrganizationDraft {
    /// Name.
    pub name: String,
    /// Name in the commercial register.
    pub legal_name: Option<String>,
    /// Number in the commercial register.
    pub registration_number: Option<String>,
    /// Id in another system.
    pub external_id: Option<String>,
    /// Whether members may act for it.
    pub status: Status,
    /// Public metadata, an object.
    pub metadata: Json,
    /// Private metadata, an object.
    pub private_metadata: Json,
}

/// A change of an organization.
#[derive(Clone, Debug, Default)]
pub struct OrganizationChange {
    /// Name; never cleared.
    pub name: Option<String>,
    /// Name in the commercial register.
    pub legal_name: Change<String>,
    /// Number in the commercial register.
    pub registration_number: Change<String>,
    /// Id in another system.
    pub external_id: Change<String>,
    /// Whether members may act for it.
    pub status: Option<Status>,
    /// Public metadata.
    pub metadata: Option<MetadataChange>,
    /// Private metadata.
    pub private_metadata: Option<MetadataChange>,
}

/// One organization to change.
#[derive(Clone, Debug)]
pub struct OrganizationUpdate {
    /// Which.
    pub id: OrganizationId,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// What to change.
    pub change: OrganizationChange,
}
