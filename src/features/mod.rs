//! The rooms: one noun of the schema each.

pub mod account;
pub mod address;
pub mod api_key;
pub mod change;
pub mod channel;
pub mod customer;
pub mod customer_group;
pub mod identity;
pub mod impersonation;
pub mod interaction;
pub mod mail;
pub mod mfa;
pub mod note;
pub mod order;
pub mod organization;
pub mod passkey;
pub mod provider;
pub mod role;
pub mod saved_query;
pub mod session;
pub mod staff;
pub mod timeline;
pub mod transfer;
pub mod webhook;
