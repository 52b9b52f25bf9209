//! Mail: what goes out to customers and staff, and what became of it.
//!
//! A mail is queued in the same transaction as what it is about and sent afterwards, so that a mail server that is down
//! stops nobody. The secret in a link is made only when the mail is sent: until then nobody could know it, and
//! afterwards only its hash is kept.

mod letter;
mod loader;
mod object;
mod query;
pub mod service;
pub mod visibility;

pub use letter::{Enclosure, Letter, LetterError, Letters, Links};
pub use loader::MailById;
pub use object::{Mail, MailState};
pub use query::MailQuery;
