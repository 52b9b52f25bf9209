//! The rooms: one noun of the schema each.

pub mod address;
pub mod customer;
pub mod order;
