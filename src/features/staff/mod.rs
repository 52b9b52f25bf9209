//! Staff users: people of the company who work with customers.
//!
//! They are made on the machine of the service, never over the API; what each may do is a set of permissions.

mod loader;
mod object;
pub mod service;
pub mod visibility;

pub use loader::StaffUserById;
pub use object::StaffUser;
