//! `config`: what is set, and is it right.

use std::path::Path;

use clap::Subcommand;

use super::{Failure, say};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Check the configuration and list every setting
    ///
    /// Reads the environment and the file as the other commands do, reports everything that is wrong at once, and
    /// lists every setting with its value; of secrets only whether they are set. Touches no database.
    #[command(after_help = "\
Examples:
  customer-graph config check
  customer-graph --config customer-graph.toml config check

A setting is a variable, such as CUSTOMER_GRAPH_SERVER_LISTEN=0.0.0.0:4000, or stands in the file:
  [server]
  listen = \"0.0.0.0:4000\"")]
    Check,
}

impl ConfigCommand {
    pub(super) fn run(self, file: Option<&Path>) -> Result<(), Failure> {
        match self {
            Self::Check => {
                let config = Config::load(file)?;
                config.check_for_serving()?;
                for (setting, value) in config.shown() {
                    say(format_args!("{setting} = {value}"))?;
                }
                Ok(())
            }
        }
    }
}
