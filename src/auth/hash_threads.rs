//! The threads that hash: as many as there are cores, and less urgent than those that serve requests.
//!
//! A hash takes a core for tens of milliseconds. On the threads that serve, or beside them with equal rights, a flood of
//! log-ins would make every other request wait; with a lower priority the hashes take what the others leave.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use thread_priority::{ThreadPriority, set_current_thread_priority};

type Job = Box<dyn FnOnce() + Send>;

/// The threads; they end when the last handle is gone.
#[derive(Clone, Debug)]
pub(super) struct HashThreads(Sender<Job>);

impl HashThreads {
    /// Starts so many.
    pub(super) fn start(count: usize) -> Self {
        let (sender, receiver) = channel::<Job>();
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..count {
            let receiver = Arc::clone(&receiver);
            let started = thread::Builder::new()
                .name(format!("password-hash-{number}"))
                .spawn(move || work(&receiver));
            if let Err(error) = started {
                tracing::error!(%error, "a thread that hashes passwords could not be started");
            }
        }
        Self(sender)
    }

    /// Runs a job on one of them; `None` when it panicked or there are none.
    pub(super) async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let job: Job = Box::new(move || {
            // Whoever asked may be gone by now.
            let _ = sender.send(job());
        });
        self.0.send(job).ok()?;
        receiver.await.ok()
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    // Where the system does not allow it, hashing goes on with equal rights.
    if let Err(error) = set_current_thread_priority(ThreadPriority::Min) {
        tracing::debug!(?error, "the priority of a thread that hashes could not be lowered");
    }
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A panic ends the job and not the thread.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a test may")]
    use super::*;

    #[tokio::test]
    async fn a_job_that_panics_does_not_end_its_thread() {
        let threads = HashThreads::start(1);
        assert_eq!(threads.run(|| -> u32 { panic!("broken") }).await, None);
        assert_eq!(threads.run(|| 7).await, Some(7));
    }
}
