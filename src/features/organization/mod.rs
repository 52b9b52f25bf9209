//! Organizations: businesses whose members buy together.
//!
//! The room owns an organization with its tree of units, its roles and its members. It promises that every
//! organization has exactly one root unit, that a customer is a member of an organization at most once, that units
//! and roles of members belong to their own organization, and that an organization which has an active admin never
//! loses its last one by a mutation of this room. A customer sees the organizations in which they are an active
//! member and their own memberships, never other members.

mod filter;
mod input;
mod loader;
mod object;
mod organization_bulk_upsert;
mod organization_create;
mod organization_delete;
mod organization_member_add;
mod organization_member_change;
mod organization_unit_change;
mod organization_unit_create;
mod organization_update;
mod organization_upsert;
mod query;
pub mod service;
pub mod visibility;

pub use loader::{MemberById, OrganizationById, RoleById, UnitById};
pub use object::{
    Organization, OrganizationMember, OrganizationMemberConnection, OrganizationRole, OrganizationUnit,
    memberships_of_customer,
};
pub use query::OrganizationQuery;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct OrganizationMutation(
    organization_create::OrganizationCreateMutation,
    organization_update::OrganizationUpdateMutation,
    organization_delete::OrganizationDeleteMutation,
    organization_upsert::OrganizationUpsertMutation,
    organization_bulk_upsert::OrganizationBulkUpsertMutation,
    organization_member_add::OrganizationMemberAddMutation,
    organization_member_change::OrganizationMemberChangeMutation,
    organization_unit_create::OrganizationUnitCreateMutation,
    organization_unit_change::OrganizationUnitChangeMutation,
);
