//! Identities: who can log in, apart from the customer or staff user they act as, and apart from the ways in which
//! they log in.
//!
//! Another way to log in is another `provider_identity` and nothing else changes. The rooms of customers and staff users
//! tell this one when somebody's address changes or somebody is gone; `account` and `session` build on it.

pub mod service;
