//! What is kept no longer, and how often it is removed.

use futures_util::future::BoxFuture;

use crate::{
    auth::rate_limit,
    features::{
        account::token,
        job::{self, JobContext, JobError, JobHandler},
        mail, order, provider, session, transfer, webhook, workflow,
    },
    work::{UnitOfWork, WriteError, idempotency, outbox},
};

/// How many rows one statement removes at most: nobody waits long for a sweep.
const AT_ONCE: u64 = 1_000;

/// How many statements one sweep sends at most.
const STATEMENTS: u32 = 50;

/// Removes so many rows at most, and answers how many.
type Remove = for<'a> fn(&'a mut UnitOfWork, u64) -> BoxFuture<'a, Result<u64, WriteError>>;

/// Something that is kept no longer.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    /// The kind of its jobs.
    pub name: &'static str,
    /// How many minutes there are from one to the next.
    pub minutes: i64,
    remove: Remove,
}

macro_rules! sweeps {
    ($($name:literal every $minutes:literal minutes: $remove:path;)*) => {
        /// All sweeps.
        #[expect(clippy::needless_question_mark, reason = "the errors of some are faults alone")]
        pub const SWEEPS: &[Sweep] = &[$(Sweep {
            name: $name,
            minutes: $minutes,
            remove: |unit, most| Box::pin(async move { Ok($remove(unit, most).await?) }),
        }),*];
    };
}

// One line for each: a function `(&mut UnitOfWork, u64) -> Result<u64, _>` that removes at most so many rows.
sweeps! {
    "sweep.rate_limits" every 10 minutes: rate_limit::sweep;
    "sweep.tokens" every 10 minutes: token::sweep;
    "sweep.provider_answers" every 10 minutes: provider::service::sweep_answers;
    "sweep.sessions" every 10 minutes: session::service::sweep;
    "sweep.mail" every 60 minutes: mail::service::sweep;
    "sweep.idempotency" every 10 minutes: idempotency::sweep;
    "sweep.jobs" every 60 minutes: job::service::sweep;
    "sweep.order_tokens" every 10 minutes: order::token::sweep;
    "sweep.transfers" every 10 minutes: transfer::service::expire;
    "sweep.webhooks" every 60 minutes: webhook::queue::sweep;
    "sweep.events" every 60 minutes: outbox::sweep;
    "sweep.workflow_reader" every 10 minutes: workflow::trigger::skip;
}

impl JobHandler for Sweep {
    fn kind(&self) -> &'static str {
        self.name
    }

    async fn run(&self, job: &mut JobContext) -> Result<(), JobError> {
        let remove = self.remove;
        for _ in 0..STATEMENTS {
            let gone = job
                .step(move |unit, progress| {
                    Box::pin(async move {
                        let gone = remove(unit, AT_ONCE).await?;
                        progress.succeed(i32::try_from(gone).unwrap_or(i32::MAX));
                        Ok(gone)
                    })
                })
                .await?;
            if gone < AT_ONCE {
                break;
            }
        }
        Ok(())
    }
}
