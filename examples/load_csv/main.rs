//! Loads customers, their organizations and their orders from three CSV files, through the GraphQL API alone.

mod load;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use load::{Files, Mapping, Service, Watcher};

/// Load customers, their organizations and their orders from CSV files
///
/// A client of the GraphQL API: it makes customers with addresses, organizations with the customer as their first
/// member, and order links with lines. A mapping file tells which column means what. Run again, it changes what the
/// files tell differently by then and doubles nothing.
#[derive(Debug, Parser)]
#[command(name = "load_csv", max_term_width = 100)]
#[command(after_help = "\
Example:
  export LOAD_CSV_API_KEY=$(cargo run -- api-key create --name Loader \\
    --permissions 'customers:*,addresses:*,organizations:*,orders:*')
  cargo run --example load_csv -- --mapping examples/load_csv/northwind.toml \\
    --customers customers.csv --orders orders.csv --lines order-details.csv

Exit codes: 0 every row is in, 1 the load broke off, 2 the command line is wrong, 3 rows were refused.
A load that broke off can simply be run again.")]
struct Arguments {
    /// Where the GraphQL API is
    #[arg(long, default_value = "http://127.0.0.1:4000/graphql")]
    url: String,
    /// A secret API key that may read and write customers, addresses, organizations and orders
    #[arg(long, env = "LOAD_CSV_API_KEY", hide_env_values = true, value_name = "SECRET")]
    api_key: String,
    /// Which column means what, in TOML
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// The customers
    #[arg(long, value_name = "FILE")]
    customers: PathBuf,
    /// The orders
    #[arg(long, value_name = "FILE")]
    orders: PathBuf,
    /// The lines of the orders
    #[arg(long, value_name = "FILE")]
    lines: PathBuf,
    /// How many rows go into one request
    #[arg(long, value_name = "ROWS", default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    batch: u16,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut screen = Screen {
        bar: ProgressBar::hidden(),
    };
    match run(Arguments::parse(), &mut screen).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(3),
        Err(error) => {
            screen.bar.finish_and_clear();
            // There is nobody left to tell when this fails.
            let _ = writeln!(io::stderr().lock(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers how many rows were refused.
async fn run(arguments: Arguments, screen: &mut Screen) -> Result<usize, load::LoadError> {
    let mapping = Mapping::read(&arguments.mapping)?;
    let service = Service::new(&arguments.url, &arguments.api_key, arguments.batch.into())?;
    let files = Files {
        customers: arguments.customers,
        orders: arguments.orders,
        lines: arguments.lines,
    };
    let report = load::load(&service, &mapping, &files, screen).await?;
    screen.bar.finish_and_clear();
    screen.line(&report.to_string());
    Ok(report.refused)
}

/// A progress bar, and lines above it.
struct Screen {
    bar: ProgressBar,
}

impl Watcher for Screen {
    fn stage(&mut self, name: &'static str, rows: usize) {
        self.bar.finish_and_clear();
        let style = ProgressStyle::with_template("{msg:>14} {wide_bar} {human_pos}/{human_len} {eta}");
        self.bar = ProgressBar::new(rows as u64).with_message(name);
        if let Ok(style) = style {
            self.bar.set_style(style);
        }
    }

    fn advance(&mut self, rows: usize) {
        self.bar.inc(rows as u64);
    }

    fn line(&mut self, text: &str) {
        // A closed pipe is nobody's fault.
        self.bar.suspend(|| {
            let _ = writeln!(io::stdout().lock(), "{text}");
        });
    }
}
