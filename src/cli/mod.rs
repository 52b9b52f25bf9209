//! The commands. Each has its file; what they print goes to the standard output stream, what went wrong to the
//! standard error stream.
//!
//! Exit codes: 0 when it went well, 1 when something failed, 2 when the command line or the configuration is wrong.

mod api_key;
mod config;
mod demo;
mod migrate;
mod password_hash;
mod schema;
mod serve;
mod signing_key;
mod staff;
mod system;
mod timeline;

use std::{
    fmt,
    future::Future,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use sea_orm::DbErr;

use crate::{
    auth::{Permissions, UnknownPermission},
    config::{Config, Mistakes},
    migrate::MigrateError,
    telemetry,
    work::Database,
};

/// The customer domain of a commerce company as one GraphQL schema.
///
/// Customers, addresses, groups, organizations, accounts and order history, on an embedded SQLite file or on
/// PostgreSQL.
#[derive(Debug, Parser)]
#[command(name = "customer-graph", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "\
Examples:
  customer-graph demo              look around, on made-up customers
  customer-graph serve             serve on http://127.0.0.1:4000, on customer-graph.sqlite

  CUSTOMER_GRAPH_DATABASE_URL=postgres://user:password@host/database \\
  CUSTOMER_GRAPH_SERVER_LISTEN=0.0.0.0:4000 customer-graph serve

`customer-graph config check` lists every setting.
Exit codes: 0 it went well, 1 something failed, 2 the command line or the configuration is wrong.")]
struct Arguments {
    /// A TOML file with settings; variables of the environment win over it
    #[arg(long, global = true, value_name = "FILE", env = "CUSTOMER_GRAPH_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the GraphQL API
    Serve(serve::Serve),
    /// Look around, on made-up customers
    Demo(demo::Demo),
    /// Bring the tables of the database up to date, or back
    Migrate(migrate::Migrate),
    /// Print the GraphQL schema
    Schema(schema::Schema),
    /// Create staff users
    #[command(subcommand)]
    Staff(staff::Staff),
    /// Create API keys
    #[command(subcommand)]
    ApiKey(api_key::ApiKey),
    /// Make a key that signs access tokens
    #[command(subcommand)]
    SigningKey(signing_key::SigningKey),
    /// Bring passwords from another system
    #[command(subcommand)]
    PasswordHash(password_hash::PasswordHash),
    /// Check that timelines are whole
    #[command(subcommand)]
    Timeline(timeline::Timeline),
    /// Look at the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// Why a command ends without success.
#[derive(Debug)]
enum Failure {
    /// The command line or the configuration is wrong.
    Usage(String),
    /// Something else went wrong.
    Fault(String),
}

impl Failure {
    fn fault(message: impl fmt::Display) -> Self {
        Self::Fault(message.to_string())
    }
}

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        Self::Usage(mistakes.to_string())
    }
}

impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        Self::fault(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::fault(error)
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        Self::Fault(format!("The database answered: {error}"))
    }
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let file = arguments.config.as_deref();
    let done = match arguments.command {
        Command::Serve(serve) => configured(file).and_then(|config| run(serve.run(config))),
        Command::Demo(demo) => configured(file).and_then(|config| run(demo.run(config))),
        Command::Migrate(migrate) => configured(file).and_then(|config| run(migrate.run(config))),
        Command::Schema(schema) => schema.run(),
        Command::Staff(staff) => configured(file).and_then(|config| run(staff.run(config))),
        Command::ApiKey(api_key) => configured(file).and_then(|config| run(api_key.run(config))),
        Command::Timeline(timeline) => configured(file).and_then(|config| run(timeline.run(config))),
        Command::SigningKey(signing_key) => signing_key.run(),
        Command::PasswordHash(command) => {
            configured(file).and_then(|config| run(async move { command.run(&config).await }))
        }
        Command::Config(command) => command.run(file),
    };
    let (code, message) = match done {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => (2, message),
        Err(Failure::Fault(message)) => (1, message),
    };
    // There is nobody left to tell when this fails.
    let _ = writeln!(io::stderr().lock(), "{message}");
    ExitCode::from(code)
}

/// Reads the configuration and begins to log.
fn configured(file: Option<&std::path::Path>) -> Result<Config, Failure> {
    let config = Config::load(file)?;
    telemetry::start(&config.log);
    Ok(config)
}

/// Runs on all cores until it is done.
fn run(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// Connects to the configured database.
async fn connect(config: &Config) -> Result<Database, Failure> {
    Database::connect(&config.database.settings()).await.map_err(|error| {
        Failure::Fault(format!(
            "The database {} does not answer: {error}\nIs it running, and is CUSTOMER_GRAPH_DATABASE_URL right?",
            config.database.url
        ))
    })
}

/// Prints a line; a closed pipe is nobody's fault.
fn say(text: impl fmt::Display) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Tells people something beside what is printed for programs.
fn note(text: impl fmt::Display) -> Result<(), Failure> {
    Ok(writeln!(io::stderr().lock(), "{text}")?)
}

/// Reads a list of permissions; an empty one is a mistake.
fn permissions(text: &str) -> Result<Permissions, String> {
    let permissions: Permissions = text.parse().map_err(|error: UnknownPermission| error.to_string())?;
    if permissions.iter().next().is_none() {
        return Err("name at least one permission".to_owned());
    }
    Ok(permissions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}
