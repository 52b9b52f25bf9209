//! `migrate`: the tables, forth and back.

use clap::{Args, Subcommand};

use super::{Failure, connect, say};
use crate::{config::Config, migrate};

/// Bring the tables of the database up to date, or back
///
/// `serve` does `migrate up` by itself when it starts.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  customer-graph migrate                   same as `migrate up`
  customer-graph migrate status
  customer-graph migrate down --steps 1    takes the newest step back; its data is lost")]
pub(super) struct Migrate {
    #[command(subcommand)]
    direction: Option<Direction>,
}

#[derive(Debug, Subcommand)]
enum Direction {
    /// Take every step that the database does not have yet (the default)
    Up,
    /// Take the newest steps back; what is in their tables and columns is lost
    Down {
        /// How many steps
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
    },
    /// List the steps and whether the database has them
    Status,
}

impl Migrate {
    pub(super) async fn run(self, config: Config) -> Result<(), Failure> {
        let database = connect(&config).await?;
        match self.direction.unwrap_or(Direction::Up) {
            Direction::Up => {
                let taken = migrate::up(&database).await?;
                for step in &taken {
                    say(format_args!("up    {step}"))?;
                }
                if taken.is_empty() {
                    say("The database is up to date.")?;
                }
            }
            Direction::Down { steps } => {
                for step in migrate::down(&database, steps).await? {
                    say(format_args!("down  {step}"))?;
                }
            }
            Direction::Status => {
                for step in migrate::status(&database).await? {
                    let state = if step.applied { "applied" } else { "pending" };
                    say(format_args!("{state}  {}", step.name))?;
                }
            }
        }
        database.close().await?;
        Ok(())
    }
}
