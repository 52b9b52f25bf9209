//! One operation: who asks, with what means.

use std::{
    collections::HashSet,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use chrono::{DateTime, Utc};
use entity::{
    id::{ChannelId, PrefixedId},
    row::Skipped,
};
use tokio::time::Instant;

use super::{
    Client, Clock, Database, Hooked, Ids, Outcome, ReadConnection, SessionCookies, Statements, UnitOfWork, WriteError,
    WriteOptions, Written,
};
use crate::{
    auth::{
        AccountPolicy, Failures, Hooks, Passkeys, Passwords, RateLimits, Sealer, Tokens, Viewer, provider::Providers,
    },
    config::{GatewaySdl, Limits},
};

/// What every call of a process shares.
#[derive(Clone)]
pub struct CallParts {
    /// The database.
    pub database: Database,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The maker of ids and random tokens.
    pub ids: Arc<Ids>,
    /// How large things may be.
    pub limits: Arc<Limits>,
    /// The secret under which cursors are sealed.
    pub cursor_key: Arc<[u8; 32]>,
    /// Encrypts secrets that must be read again.
    pub sealer: Arc<Sealer>,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Makes and reads access tokens.
    pub tokens: Arc<Tokens>,
    /// What accounts must be like.
    pub policy: Arc<AccountPolicy>,
    /// Who must wait before trying again, as far as this process knows.
    pub rate_limits: RateLimits,
    /// How many log-ins failed of which nobody has been told yet.
    pub failures: Failures,
    /// Who vouches for people.
    pub providers: Arc<Providers>,
    /// Who is asked before a log-in and told after it.
    pub hooks: Hooks,
    /// For which site passkeys are, and on which pages.
    pub passkeys: Passkeys,
    /// What a federation gateway gets as the contract.
    pub gateway_sdl: GatewaySdl,
}

/// Why an operation was turned away without being looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Whoever asks has asked too often.
    TooOften {
        /// For how long they must wait, in seconds.
        retry_after: u32,
    },
    /// Too many ask at once.
    Overloaded,
}

impl std::fmt::Debug for CallParts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CallParts").finish_non_exhaustive()
    }
}

/// One operation of one viewer.
#[derive(Debug)]
pub struct Call {
    parts: CallParts,
    /// Who is asking.
    pub viewer: Viewer,
    /// Names the request in logs, errors, timeline and events.
    pub request_id: String,
    /// Counts the statements that the operation sends.
    pub statements: Statements,
    /// The `Idempotency-Key` header, which counts for every mutation field of the request.
    pub idempotency_key: Option<String>,
    /// From where the operation comes.
    pub client: Client,
    /// The tokens of a browser that keeps them as cookies; `None` for who carries them.
    pub cookies: Option<SessionCookies>,
    /// The channel whose publishable key came with the operation.
    pub channel: Option<ChannelId>,
    /// Whether the federation gateway passes it on, which has proven that it is the gateway.
    pub is_from_gateway: bool,
    /// For how many seconds somebody must wait, plus one; `u32::MAX` for too many at once; 0 when all is well.
    refused: AtomicU32,
    /// The names of all fields that a query asks for anywhere; `None` when everything may be needed.
    asked: Option<Arc<HashSet<String>>>,
    /// What is known of its mutations.
    hooked: OnceLock<Vec<Arc<Hooked>>>,
    reader: ReadConnection,
}

impl std::ops::Deref for Call {
    type Target = CallParts;

    fn deref(&self) -> &CallParts {
        &self.parts
    }
}

impl Call {
    /// Waits until an answer may be given that began then and must not tell by its time whether an e-mail address is
    /// known.
    pub async fn answer_not_before(&self, began: Instant) {
        tokio::time::sleep_until(began + self.policy.answer_time).await;
    }

    /// An operation of this viewer.
    #[must_use]
    pub fn new(parts: CallParts, viewer: Viewer, request_id: String, idempotency_key: Option<String>) -> Self {
        let statements = Statements::default();
        let reader = parts.database.reader(&statements);
        Self {
            parts,
            viewer,
            request_id,
            statements,
            idempotency_key,
            asked: None,
            client: Client::default(),
            cookies: None,
            channel: None,
            is_from_gateway: false,
            refused: AtomicU32::new(0),
            hooked: OnceLock::new(),
            reader,
        }
    }

    /// The same operation, when it is a query in which no fields occur but those of these names.
    #[must_use]
    pub fn asking_for(mut self, fields: Arc<HashSet<String>>) -> Self {
        self.asked = Some(fields);
        self
    }

    /// Of these columns, each with the field that shows it, those that the operation has no need of: a column that
    /// belongs to no field, and that is not sorted by, is only needed where rows are written.
    #[must_use]
    pub fn unasked(&self, columns: &[(usize, Option<&str>)], sorted_by: impl Fn(usize) -> bool) -> Skipped {
        let mut skipped = Skipped::default();
        let Some(asked) = &self.asked else { return skipped };
        for (column, field) in columns {
            if !field.is_some_and(|field| asked.contains(field)) && !sorted_by(*column) {
                skipped.skip(*column);
            }
        }
        skipped
    }

    /// The same operation, coming from this client.
    #[must_use]
    pub fn from_client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    /// The same operation, of a browser that keeps its tokens as cookies.
    #[must_use]
    pub fn with_cookies(mut self, cookies: Option<SessionCookies>) -> Self {
        self.cookies = cookies;
        self
    }

    /// The same operation, in this channel.
    #[must_use]
    pub fn in_channel(mut self, channel: Option<ChannelId>) -> Self {
        self.channel = channel;
        self
    }

    /// The same operation, passed on by the federation gateway or not.
    #[must_use]
    pub fn through_gateway(mut self, is_from_gateway: bool) -> Self {
        self.is_from_gateway = is_from_gateway;
        self
    }

    /// The most objects that are answered at once.
    #[must_use]
    pub fn largest_page(&self) -> u32 {
        match (self.viewer.is_admin(), self.viewer.is_bounded()) {
            (true, false) => self.limits.page_admin,
            (true, true) => self.limits.page_admin.min(self.limits.page_bounded),
            (false, _) => self.limits.page_store,
        }
    }

    /// Notes what was found out about the mutations of this operation, before it is executed.
    pub fn note_hooked(&self, hooked: Vec<Arc<Hooked>>) {
        // Once; an operation is executed once.
        let _ = self.hooked.set(hooked);
    }

    /// What is known of the mutation that is answered under this name.
    #[must_use]
    pub fn hooked_as(&self, response_key: &str) -> Option<&Arc<Hooked>> {
        let mut hooked = self.hooked.get()?.iter();
        hooked.find(|hooked| hooked.response_key == response_key)
    }

    /// What is known of a mutation whose field says no more than its name: when it occurs several times and one of them
    /// is refused, that.
    #[must_use]
    pub(super) fn hooked_by_name(&self, mutation: &str) -> Option<&Arc<Hooked>> {
        let hooked = self.hooked.get()?.iter();
        let hooked = hooked.filter(|hooked| hooked.mutation == mutation);
        hooked.max_by_key(|hooked| hooked.refusal.is_some())
    }

    /// Notes that a part of the operation was turned away, for the status of the answer.
    pub fn refuse(&self, refusal: Refusal) {
        let code = match refusal {
            Refusal::TooOften { retry_after } => retry_after.saturating_add(1).min(u32::MAX - 1),
            Refusal::Overloaded => u32::MAX,
        };
        self.refused.fetch_max(code, Ordering::Relaxed);
    }

    /// Whether a part of the operation was turned away.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self.refused.load(Ordering::Relaxed) {
            0 => None,
            u32::MAX => Some(Refusal::Overloaded),
            code => Some(Refusal::TooOften { retry_after: code - 1 }),
        }
    }

    /// The connection for reading.
    #[must_use]
    pub fn db(&self) -> &ReadConnection {
        &self.reader
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new id.
    #[must_use]
    pub fn new_id<I: PrefixedId>(&self) -> I {
        self.ids.next(self.now())
    }

    /// Writes: the one way in which anything is ever changed.
    ///
    /// `body` runs in a transaction that commits with its timeline entries, outbox events and idempotency record. It
    /// may run more than once (see [`UnitOfWork`]).
    ///
    /// # Errors
    /// [`WriteError::Refused`] with what the caller can mend, [`WriteError::Fault`] for the rest; nothing is written
    /// in either case.
    pub async fn write<T, F>(self: &Arc<Self>, options: WriteOptions, body: F) -> Result<Written<T>, WriteError>
    where
        T: Outcome,
        F: AsyncFn(&mut UnitOfWork) -> Result<T, WriteError>,
    {
        // In a place of its own: the executor holds the future of a mutation on the stack, and some writes are large.
        Box::pin(UnitOfWork::run(self, options, body)).await
    }
}
