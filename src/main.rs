//! The program: see [`customer_graph::cli`].

use std::process::ExitCode;

/// A page of customers with its lists is thousands of small allocations; glibc spent a third of the time of a page on
/// them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    customer_graph::cli::main()
}
