//! Who does the work of a kind of jobs.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use sea_orm::DbErr;

use super::context::JobContext;
use crate::work::WriteError;

/// Does the work of one kind of jobs.
///
/// A handler works in steps ([`JobContext::step`]), each of which commits what it did together with how far it is. It
/// may be broken off between any two of them, and is begun again later with what it remembers.
///
/// ```no_run
/// use customer_graph::{
///     app::{App, AppParts},
///     features::job::{JobContext, JobError, JobHandler},
/// };
///
/// struct Greetings;
///
/// impl JobHandler for Greetings {
///     fn kind(&self) -> &'static str {
///         "greetings"
///     }
///
///     async fn run(&self, job: &mut JobContext) -> Result<(), JobError> {
///         let names: Vec<String> = job.input()?;
///         for name in names.into_iter().skip(job.progress().done.try_into().unwrap_or_default()) {
///             job.step(move |_unit, progress| {
///                 let name = name.clone();
///                 Box::pin(async move {
///                     // Whatever is written with this unit of work is written once, however often the job begins again.
///                     println!("Hello, {name}!");
///                     progress.succeed(1);
///                     Ok(())
///                 })
///             })
///             .await?;
///         }
///         Ok(())
///     }
/// }
///
/// # fn parts() -> AppParts { unimplemented!() }
/// let mut parts = parts();
/// parts.jobs = parts.jobs.with(Greetings);
/// let app = App::new(parts);
/// ```
pub trait JobHandler: Send + Sync + 'static {
    /// Which jobs these are; at most 64 characters.
    fn kind(&self) -> &'static str;

    /// How often a job is tried.
    fn attempts(&self) -> i32 {
        8
    }

    /// Runs a job, from its beginning or from where it was left.
    fn run(&self, job: &mut JobContext) -> impl Future<Output = Result<(), JobError>> + Send;
}

/// Why a job is not done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It may go well another time; the reason is kept, and must name nobody.
    #[error("{0}")]
    Again(String),
    /// It would go wrong again; the reason is kept, and must name nobody.
    #[error("{0}")]
    Failed(String),
    /// It shall go on after this time, which is no failure.
    #[error("it goes on later")]
    Later {
        /// How long to wait.
        after: Duration,
        /// For what.
        reason: Option<String>,
    },
    /// Somebody does not want it any more.
    #[error("it was cancelled")]
    Cancelled,
    /// The process is about to end: another goes on.
    #[error("the process ends")]
    Paused,
    /// Another process is at it.
    #[error("another process is at it")]
    Lost,
    /// A step could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<DbErr> for JobError {
    fn from(error: DbErr) -> Self {
        Self::Write(WriteError::Fault(error))
    }
}

/// A handler whose type is forgotten.
pub(crate) trait Handler: Send + Sync {
    fn attempts(&self) -> i32;
    fn run<'a>(&'a self, job: &'a mut JobContext) -> BoxFuture<'a, Result<(), JobError>>;
}

impl<H: JobHandler> Handler for H {
    fn attempts(&self) -> i32 {
        JobHandler::attempts(self)
    }

    fn run<'a>(&'a self, job: &'a mut JobContext) -> BoxFuture<'a, Result<(), JobError>> {
        Box::pin(JobHandler::run(self, job))
    }
}

/// The handlers of a process, by kind. Jobs of other kinds are left to other processes.
#[derive(Clone, Default)]
pub struct JobHandlers(BTreeMap<&'static str, Arc<dyn Handler>>);

impl std::fmt::Debug for JobHandlers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl JobHandlers {
    /// These and one more, which takes the place of another of the same kind.
    #[must_use]
    pub fn with(mut self, handler: impl JobHandler) -> Self {
        self.0.insert(JobHandler::kind(&handler), Arc::new(handler));
        self
    }

    /// Those of some kinds.
    #[must_use]
    pub fn only(&self, kinds: impl Fn(&str) -> bool) -> Self {
        let chosen = self.0.iter().filter(|(kind, _)| kinds(kind));
        Self(chosen.map(|(kind, handler)| (*kind, Arc::clone(handler))).collect())
    }

    /// The kinds.
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    /// The handler of a kind.
    pub(crate) fn of(&self, kind: &str) -> Option<&Arc<dyn Handler>> {
        self.0.get(kind)
    }
}
