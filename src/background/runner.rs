//! Runs jobs.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chrono::TimeDelta;
use entity::job::Model;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Either},
};
use tokio::{
    sync::Notify,
    task::{Id, JoinSet},
};

use super::{Stopping, schedule::Schedule, sweeps::SWEEPS};
use crate::{
    auth::Viewer,
    features::job::{
        Handler, JobContext, JobError, JobHandlers, Signals,
        queue::{self, Ending, Lease},
    },
    work::{Call, CallParts, Once, Statements, UnitOfWork, WriteError, WriteOptions},
};

/// How many jobs a process runs at once whose kinds begin so, and how many of all other kinds: a hook that hangs, and a
/// workflow whose steps do, keep neither each other nor the sweeps waiting.
const AT_ONCE: [(&str, usize); 3] = [("sweep.", 1), ("hook.", 2), ("", 3)];

/// How long after an empty look the queue is looked at again, though nobody called.
const PAUSE: Duration = Duration::from_secs(1);

/// How long after one sign of life of a job the next one follows.
const BEAT: Duration = Duration::from_secs(10);

const _: () = assert!(queue::LEASE.num_seconds() > 2 * BEAT.as_secs() as i64);

/// Runs jobs; several processes may do so at once.
#[derive(Clone, Debug)]
pub struct Runner {
    parts: CallParts,
    handlers: Arc<JobHandlers>,
    lanes: Arc<[Lane]>,
    schedule: Schedule,
}

/// Kinds of jobs that share their places.
#[derive(Debug)]
struct Lane {
    handlers: Arc<JobHandlers>,
    places: usize,
}

impl Runner {
    /// A runner of these jobs, and of those that are scheduled.
    #[must_use]
    pub fn new(parts: CallParts, handlers: JobHandlers) -> Self {
        let handlers = SWEEPS.iter().fold(handlers, |handlers, sweep| handlers.with(*sweep));
        let lane_of = |kind: &str| AT_ONCE.iter().position(|(beginning, _)| kind.starts_with(beginning));
        let lanes = AT_ONCE.iter().enumerate().map(|(lane, (_, places))| Lane {
            handlers: Arc::new(handlers.only(|kind| lane_of(kind) == Some(lane))),
            places: *places,
        });
        Self {
            parts,
            lanes: lanes.collect(),
            handlers: Arc::new(handlers),
            schedule: Schedule::default(),
        }
    }

    /// Runs jobs until it is told to stop; those that are running then pause after their present step, and another
    /// process goes on with them. A fault of the database is logged and tried again.
    pub async fn run(self, stopping: Stopping) {
        let mut running = JoinSet::new();
        let mut lanes_of: HashMap<Id, usize> = HashMap::new();
        let signals = Signals::default();
        let calls = self.parts.database.runner_calls();
        while !stopping.is_told() {
            if let Err(error) = self.schedule().boxed().await {
                tracing::warn!(%error, "scheduled jobs could not be put into the queue");
            }
            while let Some(ended) = running.try_join_next_with_id() {
                lanes_of.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
            }
            for (place, lane) in self.lanes.iter().enumerate() {
                let taken = lanes_of.values().filter(|lane| **lane == place).count();
                let room = lane.places.saturating_sub(taken);
                let claimed = match self.claim(&lane.handlers, room).boxed().await {
                    Ok(claimed) => claimed,
                    Err(error) => {
                        tracing::warn!(%error, "jobs could not be taken from the queue");
                        Vec::new()
                    }
                };
                for row in claimed {
                    let runner = self.clone();
                    let stops = Arc::clone(&signals.stops);
                    let task = running.spawn(async move { runner.attempt(row, stops).await }.boxed());
                    lanes_of.insert(task.id(), place);
                }
            }
            let waiting = waiting(Arc::clone(&calls), stopping.clone());
            if running.is_empty() {
                waiting.await;
            } else {
                let ended = running.join_next_with_id().boxed();
                if let Either::Right((Some(ended), _)) = futures_util::future::select(waiting, ended).await {
                    lanes_of.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
                }
            }
        }
        signals.stops.store(true, Ordering::SeqCst);
        while running.join_next().await.is_some() {}
    }

    /// Puts scheduled jobs into the queue that are due and not there yet; answers how many are new.
    ///
    /// # Errors
    /// Faults.
    pub async fn schedule(&self) -> Result<u64, WriteError> {
        self.schedule.keep(&self.call()).await
    }

    /// Runs the jobs that are due, one after the other, until there is none; answers how many were run.
    ///
    /// # Errors
    /// Faults.
    pub async fn work_off(&self) -> Result<usize, WriteError> {
        let signals = Signals::default();
        let mut count = 0;
        loop {
            let claimed = self.claim(&self.handlers, 1).await?;
            if claimed.is_empty() {
                return Ok(count);
            }
            for row in claimed {
                count += 1;
                self.attempt(row, Arc::clone(&signals.stops)).await;
            }
        }
    }

    /// Takes jobs of these kinds that are due, at most so many.
    async fn claim(&self, handlers: &Arc<JobHandlers>, most: usize) -> Result<Vec<Model>, WriteError> {
        let call = self.call();
        // Only whoever finds something waits for the one writer of SQLite.
        let db = call.database.reader(&Statements::default());
        if most == 0 || !queue::is_due(&db, call.now(), handlers).await? {
            return Ok(Vec::new());
        }
        let most = u64::try_from(most).unwrap_or(1);
        let handlers = Arc::clone(handlers);
        let written = call
            .write(options("jobClaim"), async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(queue::claim(unit, &handlers, most).await?))
            })
            .await?;
        Ok(written.value.0)
    }

    /// Runs a job that was taken, as far as it goes this time.
    async fn attempt(&self, row: Model, stops: Arc<std::sync::atomic::AtomicBool>) {
        let Some(handler) = self.handlers.of(&row.kind) else {
            return;
        };
        let signals = Signals {
            stops,
            ..Signals::default()
        };
        let mut context = JobContext::new(self.parts.clone(), &row, signals.clone());
        let lease = context.lease().clone();
        let ending = tokio::select! {
            ending = outcome(handler.as_ref(), &mut context) => ending,
            () = self.beats(&lease, &signals) => None,
        };
        let Some(ending) = ending else {
            tracing::warn!(job = %row.id, kind = row.kind, "another process took a job over");
            return;
        };
        if let Ending::Again { reason, .. } | Ending::Failed { reason } = &ending {
            tracing::warn!(job = %row.id, kind = row.kind, reason, "a job went wrong");
        }
        let settled = self
            .call()
            .write(options("jobSettle"), async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(queue::settle(unit, &lease, &ending).await?))
            })
            .await;
        match settled {
            Ok(written) if written.value.0 => {}
            Ok(_) => tracing::warn!(job = %row.id, kind = row.kind, "another process took a job over"),
            // It is taken up again after its lease.
            Err(error) => tracing::warn!(job = %row.id, %error, "it could not be written down how a job ended"),
        }
    }

    /// Says from time to time that a job is being run; ends when it is another process's.
    async fn beats(&self, lease: &Lease, signals: &Signals) {
        loop {
            tokio::time::sleep(BEAT).await;
            if signals.is_writing.load(Ordering::SeqCst) {
                continue;
            }
            let held = lease.clone();
            let beat = self
                .call()
                .write(options("jobBeat"), async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(Once(queue::beat(unit, &held).await?))
                })
                .await;
            match beat.map(|written| written.value.0) {
                Ok(Some(true)) => {}
                Ok(Some(false)) => signals.is_cancelled.store(true, Ordering::SeqCst),
                Ok(None) => return,
                Err(error) => tracing::warn!(job = %lease.id, %error, "a job could not say that it is being run"),
            }
        }
    }

    fn call(&self) -> Arc<Call> {
        Arc::new(Call::new(self.parts.clone(), Viewer::System, "runner".to_owned(), None))
    }
}

/// Waits until there may be something to do. In a box, whose type says no more than it must.
fn waiting(calls: Arc<Notify>, stopping: Stopping) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = calls.notified() => {}
            () = stopping.told() => {}
        }
    })
}

/// How a job ended this time; `None` when it is another process's by now.
async fn outcome(handler: &dyn Handler, context: &mut JobContext) -> Option<Ending> {
    let most = handler.attempts();
    let again = |reason: String| Ending::Again { reason, most };
    let result = AssertUnwindSafe(handler.run(context)).catch_unwind().await;
    Some(match result {
        Ok(Ok(())) => Ending::Done,
        Ok(Err(JobError::Again(reason))) => again(reason),
        Ok(Err(JobError::Failed(reason))) => Ending::Failed { reason },
        Ok(Err(JobError::Later { after, reason })) => Ending::Later {
            after: TimeDelta::from_std(after).unwrap_or(TimeDelta::MAX),
            reason,
        },
        Ok(Err(JobError::Cancelled)) => Ending::Cancelled,
        Ok(Err(JobError::Paused)) => Ending::Later {
            after: TimeDelta::zero(),
            reason: None,
        },
        Ok(Err(JobError::Lost)) => return None,
        // The words of the database may hold what somebody typed.
        Ok(Err(JobError::Write(WriteError::Fault(error)))) => {
            tracing::error!(job = %context.id(), %error, "a step of a job could not be written");
            again("the database could not do it".to_owned())
        }
        Ok(Err(JobError::Write(WriteError::Refused(errors)))) => {
            let code = errors.first().map(|error| format!("{:?}", error.code));
            again(format!("it was refused: {}", code.unwrap_or_default()))
        }
        Ok(Err(JobError::Write(WriteError::Limited { .. } | WriteError::Overloaded))) => {
            again("too much was asked at once".to_owned())
        }
        Err(_) => again("it broke down".to_owned()),
    })
}

fn options(mutation: &'static str) -> WriteOptions {
    WriteOptions {
        mutation,
        ..WriteOptions::default()
    }
}
