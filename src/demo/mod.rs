//! The demonstration: a made-up population in a database, ready to be looked at.
//!
//! [`people`] invents who there is, [`fill()`] writes them down. Both are deterministic: the same seed gives the same
//! rows with the same ids, so that an example may name them. [`log_ins()`] lets a few of them in.

mod fill;
mod log_ins;
pub mod people;
mod rows;

pub use fill::{FillError, Filled, fill};
pub use log_ins::{LogIns, LoggedIn, PASSWORD, STAFF, STAFF_EMAIL, StaffPersona, log_ins};
pub use rows::customer_id;

/// The seed of the population that the `demo` command shows and that the examples are written for.
pub const SEED: u64 = 2026;
