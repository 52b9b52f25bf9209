//! Customers: people and businesses that buy, with an account or as guests.
//!
//! This room promises: registered customers are unique by their normalized e-mail address while guests may share
//! one; an external id belongs to one customer; every change leaves its trace in the timeline; a deleted customer
//! never comes back. It offers other rooms [`service::find`] (a customer through the viewer's eyes, locked) and the
//! loader [`CustomerById`].

mod creation;
mod customer_bulk;
mod customer_changed;
mod customer_create;
mod customer_delete;
mod customer_metadata_patch;
mod customer_status_set;
mod customer_update;
mod customer_upsert;
mod filter;
mod input;
mod loader;
mod object;
mod profile_update;
mod query;
mod search;
pub mod service;
pub mod visibility;

pub use customer_changed::CustomerSubscription;
pub use filter::{CustomerSort, CustomerWhere};
pub use input::CustomerFields;
pub use loader::CustomerById;
pub use object::Customer;
pub(crate) use object::picked;
pub use query::{CustomerConnection, CustomerQuery};

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct CustomerMutation(
    customer_create::CustomerCreateMutation,
    customer_update::CustomerUpdateMutation,
    customer_upsert::CustomerUpsertMutation,
    customer_bulk::CustomerBulkMutation,
    customer_metadata_patch::CustomerMetadataPatchMutation,
    customer_status_set::CustomerStatusSetMutation,
    customer_delete::CustomerDeleteMutation,
    profile_update::ProfileUpdateMutation,
);
