//! Roles: what staff users may do, and who has which role where.
//!
//! The room owns roles, what they inherit from each other, and their assignment. It promises that nobody gives what
//! they do not have themselves or shows what is hidden from them, that nobody changes others who may do or see more,
//! that nobody changes what they may do themselves, not by a role that they have either, that roles do not inherit in
//! circles, and that somebody stays who can do everything and log in. What a change means is felt within five seconds, because that is how
//! long it is remembered who somebody is.
//!
//! A role that counts within a channel shows order links of that channel and nothing else, since nothing else belongs
//! to channels; one that counts for a vendor is kept in the model and grants nothing until there are vendors.

pub mod assignment;
pub mod authority;
mod loader;
mod object;
mod query;
mod role_assign;
mod role_delete;
mod role_upsert;
pub mod roster;
pub mod service;
pub mod visibility;

pub use loader::{AllRoles, RoleById, RolesOfStaffUser, StandingOfStaffUser};
pub use object::{Role, RoleAssignment, RoleScopeKind};
pub use query::RoleQuery;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct RoleMutation(
    role_upsert::RoleUpsertMutation,
    role_delete::RoleDeleteMutation,
    role_assign::RoleAssignMutation,
);
