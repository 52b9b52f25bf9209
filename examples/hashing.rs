//! How many passwords argon2 alone hashes in a second, with the parameters of the service and a thread for each core:
//! what the throughput of log-ins is compared with.
//!
//! ```sh
//! cargo run --release --example hashing
//! ```
#![allow(clippy::print_stdout, reason = "this is what the example is for")]

use std::{
    num::NonZero,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use argon2::{Argon2, PasswordHasher};

fn main() {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let (count, began) = (AtomicU64::new(0), Instant::now());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while began.elapsed() < Duration::from_secs(10) {
                    if Argon2::default().hash_password(b"correct horse battery").is_ok() {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    let count = count.load(Ordering::Relaxed);
    println!(
        "{:.1} hashes a second on {threads} threads",
        f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / seconds
    );
}
