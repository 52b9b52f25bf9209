//! Customers: people and businesses that buy, with an account or as guests.
mod customer_create;
mod filter;
mod input;
mod loader;
mod object;
mod query;
pub mod service;
pub mod visibility;

pub use filter::{CustomerSort, CustomerWhere};
pub use loader::CustomerById;
pub use object::{ActorRef, Customer};
pub use query::CustomerQuery;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct CustomerMutation(customer_create::CustomerCreateMutation);
