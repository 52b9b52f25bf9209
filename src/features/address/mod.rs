//! Addresses: where customers and organization units receive goods and bills.
//!
//! The room promises that an address belongs to exactly one owner, that an owner has at most one default address for
//! shipping and one for billing, and that an address is either right by the postal rules of its country or carries
//! what is wrong with it in `validation`. The owner's row is locked before anything about its addresses changes, so
//! that two writers at once cannot break these promises.
//!
//! Other rooms create addresses of customers whom they make in the same unit of work with
//! [`service::create_for_new_customers`], from [`AddressFields`] in their own input, and show addresses with
//! [`AddressById`] and [`AddressesOfCustomer`].

mod address_bulk;
mod address_changed;
mod address_create;
mod address_delete;
mod address_set_default;
mod address_update;
mod filter;
mod input;
mod loader;
mod object;
mod of_customer;
mod postal;
mod query;
mod rules;
pub mod service;
pub mod visibility;

pub use address_changed::AddressSubscription;
pub use filter::{AddressSort, AddressWhere};
pub use input::AddressFields;
pub use loader::{AddressById, AddressesOfCustomer, DefaultsOfCustomer};
pub use object::Address;
pub use query::{AddressConnection, AddressQuery};

pub(crate) use of_customer::{addresses_of, default_billing_of, default_shipping_of, write_addresses_of};
pub(crate) use rules::province_code;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct AddressMutation(
    address_create::AddressCreateMutation,
    address_update::AddressUpdateMutation,
    address_set_default::AddressSetDefaultMutation,
    address_delete::AddressDeleteMutation,
    address_bulk::AddressBulkMutation,
);
