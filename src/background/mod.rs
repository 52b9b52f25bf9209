//! What goes on after the response.

mod mailer;
mod transport;

pub use mailer::{Mailer, MailerError};
pub use transport::{Mailbox, MailboxLetter, Transport};
