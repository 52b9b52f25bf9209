//! The rules about organizations. What is done to many is done set-based; one is a list of one.

mod admission;
mod draft;
mod joining;
mod member;
mod organization;
mod reassign;
mod role;
mod snapshot;
mod tree;
mod upsert;

pub use admission::{CustomerReference, MemberDraft, add_member};
pub use draft::{OrganizationChange, OrganizationDraft, OrganizationUpdate};
pub use joining::join;
pub use member::{remove_member, set_member_roles, set_member_units};
pub use organization::{Rows, create, create_with_members, delete, update};
pub use reassign::reassign;
pub use role::{ADMIN, APPROVER, BUYER};
pub use tree::{UnitChange, create_unit, delete_unit, update_unit};
pub use upsert::{Identifier, OrganizationUpsert, UpsertRows, upsert};
