//! Staff users: people of the company who work with customers.
//!
//! The first is made on the machine of the service; others are invited by staff and choose their password themselves.
//! What each may do is the sum of what was granted to them directly and of their roles (the room `role`). The room
//! promises that nobody is disabled or demoted by somebody who may do less, and that a disabled staff user is out: their
//! sessions end, and so do those in which they act as a customer.

mod explain;
mod loader;
mod object;
mod query;
pub mod service;
mod sources;
mod staff_user_create;
mod staff_user_update;
pub mod visibility;

pub use explain::PermissionExplainQuery;
pub use loader::StaffUserById;
pub use object::{StaffUser, StaffUserStatus};
pub use query::StaffUserQuery;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct StaffMutation(
    staff_user_create::StaffUserCreateMutation,
    staff_user_update::StaffUserUpdateMutation,
);
