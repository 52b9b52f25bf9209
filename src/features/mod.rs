//! The rooms: one noun of the schema each.

pub mod account;
pub mod address;
pub mod api_key;
pub mod channel;
pub mod customer;
pub mod customer_group;
pub mod hook;
pub mod identity;
pub mod impersonation;
pub mod job;
pub mod mail;
pub mod mfa;
pub mod order;
pub mod organization;
pub mod passkey;
pub mod provider;
pub mod role;
pub mod saved_query;
pub mod session;
pub mod staff;
pub mod workflow;
