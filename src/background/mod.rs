//! What goes on after the response.

mod housekeeper;
mod mailer;
mod relay;
mod runner;
mod schedule;
pub mod sink;
mod stopping;
mod sweeps;
mod transport;
mod triggers;
mod webhooks;

pub use housekeeper::Housekeeper;
pub use mailer::{Mailer, MailerError};
pub use relay::{Deaf, Ear, News, Relay};
pub use runner::Runner;
pub use sink::{EventSink, SinkError, SinkRelay};
pub use stopping::Stopping;
pub use sweeps::{SWEEPS, Sweep};
pub use transport::{Mailbox, MailboxLetter, Transport};
pub use triggers::Triggers;
pub use webhooks::{Webhooks, WebhooksError};
