//! What goes on after the response.

mod housekeeper;
mod mailer;
mod relay;
pub mod sink;
mod stopping;
mod transport;
mod webhooks;

pub use housekeeper::Housekeeper;
pub use mailer::{Mailer, MailerError};
pub use relay::{Deaf, Ear, News, Relay};
pub use sink::{EventSink, SinkError, SinkRelay};
pub use stopping::Stopping;
pub use transport::{Mailbox, MailboxLetter, Transport};
pub use webhooks::{Webhooks, WebhooksError};
