//! What a handler has while it works.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use entity::{id::JobId, job::Model};
use futures_util::future::BoxFuture;
use sea_orm::{DbErr, entity::prelude::Json};
use serde::de::DeserializeOwned;

use super::{
    handler::JobError,
    queue::{self, Lease},
    service::BYTES,
};
use crate::{
    auth::Viewer,
    work::{Call, CallParts, Once, UnitOfWork, WriteError, WriteOptions},
};

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// How many parts are done, well or not.
    pub done: i32,
    /// How many parts there are, where that is known.
    pub total: Option<i32>,
    /// How many parts were done well.
    pub succeeded: i32,
    /// How many parts could not be done.
    pub failed: i32,
    /// What the handler remembers of its own: never personal data, and no more than 64 kilobytes.
    pub memory: Json,
    /// What others have answered, which may be about a person: it goes when the job is finished, or with the customer.
    pub answers: Option<Json>,
}

impl Progress {
    fn of(row: &Model) -> Self {
        Self {
            done: row.done,
            total: row.total,
            succeeded: row.succeeded,
            failed: row.failed,
            memory: row.memory.clone(),
            answers: row.answers.clone(),
        }
    }

    pub(super) fn write(&self, row: &mut Model) {
        row.done = self.done;
        row.total = self.total;
        row.succeeded = self.succeeded;
        row.failed = self.failed;
        row.memory = self.memory.clone();
        row.answers = self.answers.clone();
    }

    /// Counts parts that were done well.
    pub fn succeed(&mut self, parts: i32) {
        self.done = self.done.saturating_add(parts);
        self.succeeded = self.succeeded.saturating_add(parts);
    }

    /// Counts parts that could not be done.
    pub fn fail(&mut self, parts: i32) {
        self.done = self.done.saturating_add(parts);
        self.failed = self.failed.saturating_add(parts);
    }
}

/// What the runner tells a handler, and is told by it.
#[derive(Clone, Debug, Default)]
pub struct Signals {
    /// Whether the process is about to end.
    pub stops: Arc<AtomicBool>,
    /// Whether a step is being written: it says by itself that somebody is at it.
    pub is_writing: Arc<AtomicBool>,
    /// Whether somebody does not want the job any more.
    pub is_cancelled: Arc<AtomicBool>,
}

/// A job that is being run.
#[derive(Debug)]
pub struct JobContext {
    parts: CallParts,
    lease: Lease,
    input: Json,
    progress: Progress,
    /// Whether the answers are about a customer.
    is_about_customer: bool,
    signals: Signals,
}

/// What became of a step.
enum Step<T> {
    Done(T, Progress),
    Cancelled,
    Lost,
}

/// Says that a step is being written, for as long as it is there.
struct Writing<'a>(&'a AtomicBool);

impl<'a> Writing<'a> {
    fn begin(flag: &'a AtomicBool) -> Self {
        flag.store(true, Ordering::SeqCst);
        Self(flag)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl JobContext {
    pub(crate) fn new(parts: CallParts, row: &Model, signals: Signals) -> Self {
        Self {
            parts,
            lease: Lease {
                id: row.id,
                token: row.lease_token.clone().unwrap_or_default(),
            },
            input: row.input.clone(),
            progress: Progress::of(row),
            is_about_customer: row.customer_id.is_some(),
            signals,
        }
    }

    /// The id of the job: the same however often it is begun.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.lease.id
    }

    /// What the work is about.
    ///
    /// # Errors
    /// When it is something else; then it never will be.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        serde_json::from_value(self.input.clone())
            .map_err(|_| JobError::Failed("what the job is about cannot be read".to_owned()))
    }

    /// How far the job is.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// An operation of the service itself, for reading.
    #[must_use]
    pub fn call(&self) -> Arc<Call> {
        Arc::new(Call::new(
            self.parts.clone(),
            Viewer::System,
            self.lease.id.to_string(),
            None,
        ))
    }

    /// Whether somebody does not want the job any more, as far as this process has heard.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.signals.is_cancelled.load(Ordering::SeqCst)
    }

    /// Ends the work when it shall not go on now; handlers ask before they do something that takes long.
    ///
    /// # Errors
    /// [`JobError::Cancelled`] and [`JobError::Paused`], for the handler to pass on.
    pub fn check(&self) -> Result<(), JobError> {
        if self.is_cancelled() {
            return Err(JobError::Cancelled);
        }
        if self.signals.stops.load(Ordering::SeqCst) {
            return Err(JobError::Paused);
        }
        Ok(())
    }

    /// Takes one step: what `body` writes commits together with the progress that it notes, or neither does. A step that
    /// was committed is not taken again, by whichever process. Steps are short: a second at most. The body may run more
    /// than once until it commits.
    ///
    /// # Errors
    /// What `body` says; that the job was cancelled, shall pause, or is another process's by now. Nothing is written then.
    pub async fn step<T, F>(&mut self, body: F) -> Result<T, JobError>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut UnitOfWork, &'a mut Progress) -> BoxFuture<'a, Result<T, WriteError>>,
        F: Send + Sync + 'static,
    {
        self.check()?;
        self.write(true, body).await
    }

    /// The same for what must be written down even when the job shall not go on, since it has happened already elsewhere.
    ///
    /// # Errors
    /// What `body` says; that the job is another process's by now. Nothing is written then.
    pub async fn note<T, F>(&mut self, body: F) -> Result<T, JobError>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut UnitOfWork, &'a mut Progress) -> BoxFuture<'a, Result<T, WriteError>>,
        F: Send + Sync + 'static,
    {
        self.write(false, body).await
    }

    async fn write<T, F>(&mut self, heeds: bool, body: F) -> Result<T, JobError>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut UnitOfWork, &'a mut Progress) -> BoxFuture<'a, Result<T, WriteError>>,
        F: Send + Sync + 'static,
    {
        let options = WriteOptions {
            mutation: "jobStep",
            ..WriteOptions::default()
        };
        let is_writing = Arc::clone(&self.signals.is_writing);
        let _writing = Writing::begin(&is_writing);
        let (lease, before, is_about_customer) = (self.lease.clone(), self.progress.clone(), self.is_about_customer);
        let written = self
            .call()
            .write(options, async move |unit: &mut UnitOfWork| {
                let Some(row) = queue::hold(unit, &lease).await? else {
                    return Ok(Once(Step::Lost));
                };
                if heeds && row.cancel_requested_at.is_some() {
                    return Ok(Once(Step::Cancelled));
                }
                let mut progress = before.clone();
                let value = body(unit, &mut progress).await?;
                if is_about_customer && row.customer_id.is_none() {
                    // What was taken away with the customer does not come back.
                    progress.answers = None;
                }
                if progress.memory.to_string().len() > BYTES {
                    return Err(WriteError::Fault(DbErr::Custom("a job remembers too much".to_owned())));
                }
                queue::keep(unit, row, &progress).await?;
                Ok::<_, WriteError>(Once(Step::Done(value, progress)))
            })
            .await?;
        match written.value.0 {
            Step::Done(value, progress) => {
                self.progress = progress;
                Ok(value)
            }
            Step::Cancelled => Err(JobError::Cancelled),
            Step::Lost => Err(JobError::Lost),
        }
    }

    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }
}
