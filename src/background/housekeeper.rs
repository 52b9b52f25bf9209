//! Looks after what nobody asks for: counts failed log-ins together, and removes what is kept no longer.

use std::{sync::Arc, time::Duration};

use crate::{
    auth::{
        Viewer,
        failures::{self, Alarm},
        rate_limit,
    },
    features::{
        account::token, order::token as orders, provider::service as providers, session::service as sessions,
        transfer::service as transfers, webhook::queue,
    },
    work::{Call, CallParts, Once, UnitOfWork, WriteError, WriteOptions, outbox},
};

/// How long after one round the next one begins.
const PAUSE: Duration = Duration::from_secs(5);

/// How many rounds there are between two sweeps.
const ROUNDS_PER_SWEEP: u32 = 120;

/// How many rows one statement removes at most: nobody waits long for a sweep.
const AT_ONCE: u64 = 1_000;

/// How many statements of a kind one sweep sends at most.
const STATEMENTS: u32 = 50;

/// What has had its time.
#[derive(Clone, Copy, Debug)]
enum Old {
    /// Counts of attempts.
    Counts,
    /// Tokens that prove one thing once.
    Tokens,
    /// Tokens that show an order.
    OrderTokens,
    /// What browsers brought from providers and nobody came for.
    Answers,
    /// Sessions.
    Sessions,
    /// Events.
    Events,
    /// Wishes to give orders to others, which nobody answered in time.
    Transfers,
    /// What became of webhooks.
    Webhooks,
}

/// Keeps house; several processes may do so at once.
#[derive(Clone, Debug)]
pub struct Housekeeper {
    parts: CallParts,
}

impl Housekeeper {
    /// A housekeeper of this database.
    #[must_use]
    pub fn new(parts: CallParts) -> Self {
        Self { parts }
    }

    /// Keeps house for as long as the service runs. A fault of the database is logged and tried again.
    pub async fn run(self) {
        let mut rounds = 0;
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Err(error) = self.watch().await {
                tracing::warn!(%error, "failed log-ins could not be counted");
            }
            rounds = (rounds + 1) % ROUNDS_PER_SWEEP;
            if rounds == 0
                && let Err(error) = self.sweep().await
            {
                tracing::warn!(%error, "old rows could not be removed");
            }
        }
    }

    /// Counts the failed log-ins of this process together with those of the others.
    ///
    /// # Errors
    /// Faults.
    pub async fn watch(&self) -> Result<Option<Alarm>, WriteError> {
        failures::report(&self.call()).await
    }

    /// Removes counts of attempts that count no longer, tokens that have not been good for a day, what browsers brought
    /// from providers and nobody came for, sessions that ended a month ago, and events that are kept no longer; answers /// how many rows are gone., and sessions that ended a month ago, and ends the transfers of orders that /// nobody answered in time; answers how many rows that were.,
    /// from providers and nobody came for, sessions that ended a month ago, and what became of webhooks a week or a month
    /// ago; answers how many rows are gone.
    ///
    /// # Errors
    /// Faults.
    pub async fn sweep(&self) -> Result<u64, WriteError> {
        let mut removed = 0;
        let all = [
            Old::Counts,
            Old::Tokens,
            Old::OrderTokens,
            Old::Answers,
            Old::Sessions,
            Old::Transfers,
            Old::Events,
            Old::Webhooks,
        ];
        for old in all {
            removed += self.remove(old).await?;
        }
        Ok(removed)
    }

    async fn remove(&self, old: Old) -> Result<u64, WriteError> {
        let mut removed = 0;
        for _ in 0..STATEMENTS {
            let options = WriteOptions {
                mutation: "sweep",
                ..WriteOptions::default()
            };
            let written = self
                .call()
                .write(options, async move |unit: &mut UnitOfWork| {
                    let gone = match old {
                        Old::Counts => rate_limit::sweep(unit, AT_ONCE).await?,
                        Old::Tokens => token::sweep(unit, AT_ONCE).await?,
                        Old::OrderTokens => orders::sweep(unit, AT_ONCE).await?,
                        Old::Answers => providers::sweep_answers(unit, AT_ONCE).await?,
                        Old::Sessions => sessions::sweep(unit, AT_ONCE).await?,
                        Old::Events => outbox::sweep(unit, AT_ONCE).await?,
                        Old::Transfers => transfers::expire(unit, AT_ONCE).await?,
                        Old::Webhooks => queue::sweep(unit, AT_ONCE).await?,
                    };
                    Ok::<_, WriteError>(Once(gone))
                })
                .await?;
            removed += written.value.0;
            if written.value.0 < AT_ONCE {
                break;
            }
        }
        Ok(removed)
    }

    fn call(&self) -> Arc<Call> {
        let name = "housekeeper".to_owned();
        Arc::new(Call::new(self.parts.clone(), Viewer::System, name, None))
    }
}
