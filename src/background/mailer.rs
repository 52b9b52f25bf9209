//! Sends the mail that waits in the queue.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use lettre::message::Mailbox as Address;

use super::{Stopping, Transport};
use crate::{
    auth::Viewer,
    features::mail::{
        Letters,
        service::{self, Claimed, Undelivered},
    },
    work::{Call, CallParts, Once, UnitOfWork, WriteError, WriteOptions},
};

/// How many mails are taken at once, and sent at the same time: whoever took them has sent them, or not, before anybody
/// else takes them over.
const AT_ONCE: u64 = 8;

const _: () = assert!(service::CLAIM.num_seconds() > 2 * super::transport::PATIENCE.as_secs() as i64);

/// How long after an empty look the queue is looked at again.
const PAUSE: Duration = Duration::from_secs(1);

/// The queue could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the mail queue cannot be used: {0}")]
pub struct MailerError(#[from] WriteError);

/// Sends mail; several processes may do so at once.
#[derive(Clone, Debug)]
pub struct Mailer {
    parts: CallParts,
    letters: Arc<Letters>,
    from: Address,
    transport: Transport,
}

impl Mailer {
    /// A mailer that sends these letters on this way.
    #[must_use]
    pub fn new(parts: CallParts, letters: Letters, from: Address, transport: Transport) -> Self {
        Self {
            parts,
            letters: Arc::new(letters),
            from,
            transport,
        }
    }

    /// The mailbox in memory, where there is one.
    #[must_use]
    pub fn mailbox(&self) -> Option<super::Mailbox> {
        match &self.transport {
            Transport::Mailbox(mailbox) => Some(mailbox.clone()),
            Transport::Smtp(_) | Transport::None => None,
        }
    }

    /// Sends until it is told to stop, which it heeds between mails: what it has taken it sends first. A fault of the
    /// database or the mail server is logged and tried again.
    pub async fn run(self, stopping: Stopping) {
        if matches!(self.transport, Transport::None) {
            tracing::warn!("no mail server is configured (CUSTOMER_GRAPH_MAIL_SMTP_URL): mail waits in the queue");
            return;
        }
        while !stopping.is_told() {
            match self.deliver().await {
                Ok(0) => tokio::time::sleep(PAUSE).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "mail could not be sent");
                    tokio::time::sleep(PAUSE * 5).await;
                }
            }
        }
    }

    /// Sends what is due now; answers how many mails were tried.
    ///
    /// # Errors
    /// [`MailerError`]; what became of each mail stands with it.
    pub async fn deliver(&self) -> Result<usize, MailerError> {
        let call = self.call();
        let claimed = call
            .write(options("mailClaim"), async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(service::claim(unit, AT_ONCE).await?))
            })
            .await?
            .value
            .0;
        let count = claimed.len();
        let sent: Vec<_> = stream::iter(claimed)
            .map(|mail| async {
                let outcome = self.send(&mail).await;
                (mail.row, outcome)
            })
            .buffer_unordered(usize::MAX)
            .collect()
            .await;
        if sent.is_empty() {
            return Ok(0);
        }
        let call = self.call();
        call.write(options("mailSettle"), async move |unit: &mut UnitOfWork| {
            for (row, outcome) in &sent {
                service::settle(unit, row, outcome.clone()).await?;
            }
            Ok::<_, WriteError>(Once(()))
        })
        .await?;
        Ok(count)
    }

    async fn send(&self, mail: &Claimed) -> Result<(), Undelivered> {
        let row = &mail.row;
        let letter = self
            .letters
            .write(&row.template, row.locale.as_deref(), &row.data, mail.enclosure.as_ref())
            .map_err(|error| Undelivered {
                is_final: true,
                reason: format!("the template {} cannot be used", error.template),
            })?;
        let outcome = self
            .transport
            .send(&self.from, &row.recipient, letter, self.parts.clock.now())
            .await;
        if let Err(undelivered) = &outcome {
            tracing::warn!(mail = %row.id, template = row.template, reason = undelivered.reason, "a mail was not taken");
        }
        outcome
    }

    fn call(&self) -> Arc<Call> {
        Arc::new(Call::new(self.parts.clone(), Viewer::System, "mailer".to_owned(), None))
    }
}

fn options(mutation: &'static str) -> WriteOptions {
    WriteOptions {
        mutation,
        ..WriteOptions::default()
    }
}
