//! What may be written about organizations and members, read into drafts with every complaint.

use async_graphql::{InputObject, MaybeUndefined, OneofObject};
use entity::{
    id::{CustomerId, OrganizationId, OrganizationUnitId},
    organization::Status,
};

use super::{
    filter::OrganizationStatus,
    service::{CustomerReference, Identifier, MemberDraft, OrganizationChange, OrganizationDraft},
};
use crate::{
    config::Limits,
    graphql::{Id, JsonObject, MetadataPatch, change, check_metadata},
    work::{Change, Complaints, ErrorCode, UserError},
};

/// The longest name, in characters.
pub const NAME: usize = 255;
/// The most roles that are named for one member, and the most units.
const NAMED: usize = 100;

/// A new organization.
#[derive(Clone, Debug, InputObject)]
pub struct OrganizationFields {
    /// The name.
    pub name: String,
    /// The name in the commercial register.
    pub legal_name: Option<String>,
    /// The number in the commercial register.
    pub registration_number: Option<String>,
    /// The id in another system; unique among organizations.
    pub external_id: Option<String>,
    /// Whether members may act for the organization; by default they may.
    pub status: Option<OrganizationStatus>,
    /// Facts that members may read.
    pub metadata: Option<JsonObject>,
    /// Facts for staff alone.
    pub private_metadata: Option<JsonObject>,
}

impl OrganizationFields {
    /// Reads it.
    pub fn draft(self, limits: &Limits, complaints: &mut Complaints) -> OrganizationDraft {
        let draft = OrganizationDraft {
            name: complaints.required_text("name", Some(self.name), NAME),
            legal_name: complaints.text("legalName", self.legal_name, NAME),
            registration_number: complaints.text("registrationNumber", self.registration_number, 64),
            external_id: complaints.text("externalId", self.external_id, 255),
            status: self.status.map_or(Status::Active, Status::from),
            metadata: self.metadata.map(|metadata| metadata.0).unwrap_or_default().into(),
            private_metadata: self
                .private_metadata
                .map(|metadata| metadata.0)
                .unwrap_or_default()
                .into(),
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

/// Changes of an organization: a field that is left out stays as it is, null clears it.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrganizationChangeFields {
    /// The name. It cannot be cleared.
    pub name: MaybeUndefined<String>,
    /// The name in the commercial register.
    pub legal_name: MaybeUndefined<String>,
    /// The number in the commercial register.
    pub registration_number: MaybeUndefined<String>,
    /// Whether members may act for the organization. It cannot be cleared.
    pub status: MaybeUndefined<OrganizationStatus>,
    /// Changes of the metadata that members may read.
    pub metadata: Option<MetadataPatch>,
    /// Changes of the metadata for staff alone.
    pub private_metadata: Option<MetadataPatch>,
}

impl OrganizationChangeFields {
    /// Reads it, together with the external id, which stands elsewhere in some inputs.
    pub fn change(self, external_id: MaybeUndefined<String>, complaints: &mut Complaints) -> OrganizationChange {
        let name = complaints.required_text_change("name", change(self.name), NAME);
        if self.status.is_null() {
            complaints.add(UserError::new(
                ErrorCode::Required,
                "status",
                "An organization always has a state.",
            ));
        }
        OrganizationChange {
            name: name.new_value().cloned(),
            legal_name: complaints.text_change("legalName", change(self.legal_name), NAME),
            registration_number: complaints.text_change("registrationNumber", change(self.registration_number), 64),
            external_id: complaints.text_change("externalId", change(external_id), 255),
            status: self.status.take().map(Status::from),
            metadata: self.metadata.map(Into::into),
            private_metadata: self.private_metadata.map(Into::into),
        }
    }
}

/// What identifies an organization.
#[derive(Clone, Debug, OneofObject)]
pub enum OrganizationIdentifier {
    /// The id. There must be such an organization.
    Id(Id<OrganizationId>),
    /// The id in another system. When there is no such organization, it is created.
    ExternalId(String),
}

impl OrganizationIdentifier {
    /// Reads it, with the place where it stands.
    pub fn read(self, complaints: &mut Complaints) -> (Identifier, &'static str) {
        match self {
            Self::Id(id) => (Identifier::Id(id.0), "identifier.id"),
            Self::ExternalId(external_id) => {
                let path = "identifier.externalId";
                (
                    Identifier::ExternalId(complaints.required_text(path, Some(external_id), 255)),
                    path,
                )
            }
        }
    }
}

/// A member of a new organization. Name the customer by exactly one of `customerId` and `customerExternalId`.
#[derive(Clone, Debug, InputObject)]
pub struct OrganizationNewMemberInput {
    /// The customer.
    pub customer_id: Option<Id<CustomerId>>,
    /// The customer's id in another system.
    pub customer_external_id: Option<String>,
    /// The roles, each by handle or id; `buyer` when none is given.
    pub roles: Option<Vec<String>>,
}

impl OrganizationNewMemberInput {
    /// Reads it.
    fn draft(self, complaints: &mut Complaints) -> Option<MemberDraft> {
        let customer = match (self.customer_id, self.customer_external_id) {
            (Some(id), None) => Some(CustomerReference::Id(id.0)),
            (None, Some(external_id)) => complaints
                .text("customerExternalId", Some(external_id), 255)
                .map(CustomerReference::ExternalId),
            _ => None,
        };
        let roles = roles(self.roles.unwrap_or_default(), complaints);
        if customer.is_none() && complaints.is_empty() {
            complaints.add(UserError::new(
                ErrorCode::Required,
                "customerId",
                "Name the customer by exactly one of customerId and customerExternalId.",
            ));
        }
        Some(MemberDraft {
            customer: customer?,
            roles,
            units: Vec::new(),
        })
    }
}

/// Reads the members of an organization.
pub fn members(inputs: Option<Vec<OrganizationNewMemberInput>>, complaints: &mut Complaints) -> Vec<MemberDraft> {
    let mut drafts = Vec::new();
    for (position, input) in inputs.into_iter().flatten().enumerate() {
        let mut own = Complaints::default();
        drafts.extend(input.draft(&mut own));
        complaints.under(&format!("members.{position}"), own);
    }
    drafts
}

/// Reads the names of roles.
pub fn roles(names: Vec<String>, complaints: &mut Complaints) -> Vec<String> {
    if names.len() > NAMED {
        complaints.add(UserError::limit("roles", NAMED, names.len(), "roles"));
        return Vec::new();
    }
    names
        .into_iter()
        .enumerate()
        .map(|(position, name)| complaints.required_text(&format!("roles.{position}"), Some(name), 64))
        .collect()
}

/// Reads units.
pub fn units(ids: Vec<Id<OrganizationUnitId>>, complaints: &mut Complaints) -> Vec<OrganizationUnitId> {
    if ids.len() > NAMED {
        complaints.add(UserError::limit("unitIds", NAMED, ids.len(), "units"));
        return Vec::new();
    }
    ids.into_iter().map(|id| id.0).collect()
}

/// A change of a required text, as a service takes it.
pub fn required_change(path: &str, input: MaybeUndefined<String>, complaints: &mut Complaints) -> Option<String> {
    match complaints.required_text_change(path, change(input), NAME) {
        Change::Set(text) => Some(text),
        Change::Keep | Change::Clear => None,
    }
}
