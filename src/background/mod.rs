//! What goes on after the response.

mod housekeeper;
mod mailer;
mod transport;

pub use housekeeper::Housekeeper;
pub use mailer::{Mailer, MailerError};
pub use transport::{Mailbox, MailboxLetter, Transport};
