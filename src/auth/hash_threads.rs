//! The threads that hash: as many as there are cores, and less urgent than those that serve requests.
//!
//! A hash takes a core for tens of milliseconds. On the threads that serve, or beside them with equal rights, a flood of
//! log-ins would make every other request wait; these threads take what the others leave. A lower priority is not enough:
//! Linux lets a thread of the lowest priority finish its slice of some milliseconds before one that has woken up gets its
//! core; a thread that runs only when the core is idle (`SCHED_IDLE`) makes room at once.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use thread_priority::{ThreadPriority, set_current_thread_priority};

use super::argon::Memory;

/// For how long a thread without work keeps its memory.
const KEPT: Duration = Duration::from_secs(60);

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

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
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Option<T> {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let job: Job = Box::new(move |memory| {
            // Whoever asked may be gone by now.
            let _ = sender.send(job(memory));
        });
        self.0.send(job).ok()?;
        receiver.await.ok()
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    // Where the system does not allow it, hashing goes on with equal rights.
    if let Err(error) = give_way() {
        tracing::debug!(?error, "the priority of a thread that hashes could not be lowered");
    }
    let mut memory = Memory::default();
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(KEPT);
        match job {
            // A panic ends the job and not the thread.
            Ok(job) => drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                job(&mut memory);
            }))),
            Err(RecvTimeoutError::Timeout) => memory.release(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

#[cfg(target_os = "linux")]
fn give_way() -> Result<(), thread_priority::Error> {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
    };
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle)
        .or_else(|_| set_current_thread_priority(ThreadPriority::Min))
}

#[cfg(not(target_os = "linux"))]
fn give_way() -> Result<(), thread_priority::Error> {
    set_current_thread_priority(ThreadPriority::Min)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a test may")]
    use super::*;

    #[tokio::test]
    async fn a_job_that_panics_does_not_end_its_thread() {
        let threads = HashThreads::start(1);
        assert_eq!(threads.run(|_| -> u32 { panic!("broken") }).await, None);
        assert_eq!(threads.run(|_| 7).await, Some(7));
    }
}
