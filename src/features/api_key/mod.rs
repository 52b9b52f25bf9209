//! Secret API keys: how back-office systems are known.
//!
//! They are made on the machine of the service. The secret is shown once; what is kept is its hash.

pub mod service;
