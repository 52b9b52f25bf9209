//! The program: see [`customer_graph::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    customer_graph::cli::main()
}
