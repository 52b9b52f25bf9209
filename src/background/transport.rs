//! The way on which mail leaves.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox as Address, MultiPart},
};
use secrecy::{ExposeSecret, SecretString};

use crate::features::mail::{Letter, service::Undelivered};

/// How long the mail server may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// What a mail server answers about one recipient, for good (RFC 5321). Everything else is about itself or us, a password
/// that was changed for example, and may be mended: the mail waits.
const ABOUT_THE_RECIPIENT: [u16; 5] = [550, 551, 552, 553, 556];

/// The most letters that a mailbox in memory keeps.
const KEPT: usize = 200;

/// The way on which mail leaves.
#[derive(Clone, Debug)]
pub enum Transport {
    /// A mail server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Nowhere: letters are kept in memory, to be looked at (the demo and tests).
    Mailbox(Mailbox),
    /// There is none: mail waits in the queue.
    None,
}

/// Letters that would have been sent, the newest first.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Mutex<VecDeque<MailboxLetter>>>);

/// A letter that would have been sent.
#[derive(Clone, Debug)]
pub struct MailboxLetter {
    /// To which address.
    pub recipient: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The letter.
    pub letter: Letter,
}

impl Mailbox {
    /// The letters, the newest first, at most 200.
    #[must_use]
    pub fn letters(&self) -> Vec<MailboxLetter> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    fn put(&self, letter: MailboxLetter) {
        let mut letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push_front(letter);
        letters.truncate(KEPT);
    }
}

impl Transport {
    /// The mail server at this address.
    ///
    /// # Errors
    /// When the address is not understood; the address, which may hold a password, is not repeated.
    pub fn smtp(url: &SecretString) -> Result<Self, String> {
        AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
            .map(|builder| Self::Smtp(builder.timeout(Some(PATIENCE)).build()))
            .map_err(|_| {
                "must be an address such as smtps://user:password@smtp.example.com or \
                 smtp://user:password@smtp.example.com:587?tls=required."
                    .to_owned()
            })
    }

    /// Sends a letter.
    pub(super) async fn send(
        &self,
        from: &Address,
        recipient: &str,
        letter: Letter,
        at: DateTime<Utc>,
    ) -> Result<(), Undelivered> {
        match self {
            Self::Smtp(server) => {
                let refused = |reason: &str| Undelivered {
                    is_final: true,
                    reason: reason.to_owned(),
                };
                let address = recipient
                    .parse()
                    .map_err(|_| refused("the mail server's protocol cannot write this address"))?;
                let message = Message::builder()
                    .from(from.clone())
                    .to(Address::new(None, address))
                    .subject(letter.subject)
                    .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
                    .map_err(|_| refused("the letter cannot be written as mail"))?;
                match tokio::time::timeout(PATIENCE, server.send(message)).await {
                    Ok(Ok(_)) => Ok(()),
                    // The server's own words may hold the address; its number tells enough.
                    Ok(Err(error)) => Err(Undelivered {
                        is_final: error
                            .status()
                            .is_some_and(|code| ABOUT_THE_RECIPIENT.contains(&u16::from(code))),
                        reason: match error.status() {
                            Some(code) => format!("the mail server answered {code}"),
                            None if error.is_timeout() => "the mail server did not answer in time".to_owned(),
                            None => "the mail server cannot be reached".to_owned(),
                        },
                    }),
                    Err(_) => Err(Undelivered {
                        is_final: false,
                        reason: "the mail server did not answer in time".to_owned(),
                    }),
                }
            }
            Self::Mailbox(mailbox) => {
                mailbox.put(MailboxLetter {
                    recipient: recipient.to_owned(),
                    at,
                    letter,
                });
                Ok(())
            }
            Self::None => Err(Undelivered {
                is_final: false,
                reason: "no mail server is configured".to_owned(),
            }),
        }
    }
}
