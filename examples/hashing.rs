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

use argon2::{Argon2, Block, PasswordHasher};

fn main() {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let rate = measured(threads, || {
        move || Argon2::default().hash_password(b"correct horse battery").is_ok()
    });
    println!("{rate:.1} hashes a second on {threads} threads, memory from the allocator for each");
    let rate = measured(threads, || {
        let (argon2, mut output) = (Argon2::default(), [0; 32]);
        let mut memory = vec![Block::new(); argon2.params().block_count()];
        move || {
            argon2
                .hash_password_into_with_memory(b"correct horse battery", b"0123456789abcdef", &mut output, &mut memory)
                .is_ok()
        }
    });
    println!("{rate:.1} hashes a second on {threads} threads, memory kept, as the service does");
}

/// How often a second all threads together do what is made for each of them.
fn measured<W: FnMut() -> bool>(threads: usize, made: impl Fn() -> W + Sync) -> f64 {
    let (count, began) = (AtomicU64::new(0), Instant::now());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut work = made();
                while began.elapsed() < Duration::from_secs(5) {
                    count.fetch_add(u64::from(work()), Ordering::Relaxed);
                }
            });
        }
    });
    let count = u32::try_from(count.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
    f64::from(count) / began.elapsed().as_secs_f64()
}
