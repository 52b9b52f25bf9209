//! One operation's means: the [`Call`] that reads and the [`UnitOfWork`] that writes.
//!
//! Only this room knows the clock, makes ids and random tokens, and holds database connections. Every write of the
//! service goes through [`Call::write`]: one transaction that carries the change, its timeline entries, its outbox
//! events and its idempotency record, or none of them.

mod bell;
mod call;
mod client;
mod clock;
mod connection;
mod database;
pub mod dialect;
mod draft;
mod error;
mod hooked;
pub mod idempotency;
mod ids;
pub mod outbox;
mod outbox_feed;
pub mod outbox_reader;
mod outbox_retention;
pub mod outbox_subject;
mod postgres;
mod session_cookies;
pub mod snapshot;
pub mod timeline;
mod unit_of_work;

pub use bell::{Hearing, Listener};
pub use call::{Call, CallParts, Refusal};
pub use client::Client;
pub use clock::{Clock, FixedClock, SystemClock};
pub use connection::{Connection, ReadConnection, Reads, Statements, WriteConnection, Writes, without};
pub(crate) use database::sqlite_path;
pub use database::{Database, DatabaseSettings};
pub use draft::{Change, Complaints, EmailAddress};
pub use error::{Detail, ErrorCode, UserError, WriteError};
pub use hooked::{FollowUp, Hooked};
pub use idempotency::{Once, Outcome, Plain, ReadBack};
pub use ids::Ids;
pub use session_cookies::{CookieOutcome, RegistrationTicket, SessionCookies, SessionTokens};
pub use snapshot::{FieldChange, Snapshot};
pub use unit_of_work::{DryRun, Record, Topic, UnitOfWork, WriteOptions, Written};
