//! `timeline`: whether what is told of the past is whole.

use clap::{Args, Subcommand};
use entity::id::{PREFIXES, decode};
use sea_orm::entity::prelude::Uuid;

use super::{Failure, connect, say};
use crate::{config::Config, work::timeline};

#[derive(Debug, Subcommand)]
pub(super) enum Timeline {
    /// Check that nothing in a timeline was altered or left out
    Verify(Verify),
}

/// Check that nothing in a timeline was altered or left out
///
/// Prints how many entries it has. Entries that are missing at its very end cannot be noticed.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Whose: the id of a customer, an organization or of anything else that has a history
    #[arg(value_name = "ID", value_parser = subject)]
    subject: Uuid,
}

impl Timeline {
    pub(super) async fn run(self, config: Config) -> Result<(), Failure> {
        let Self::Verify(verify) = self;
        let database = connect(&config).await?;
        let checked = timeline::verify(database.for_migration(), verify.subject).await?;
        database.close().await?;
        match checked {
            Ok(entries) => say(format_args!("{entries} entries, all as they were written")),
            Err(sequence) => Err(Failure::fault(format_args!(
                "Entry {sequence} was altered, or one before it is missing."
            ))),
        }
    }
}

fn subject(text: &str) -> Result<Uuid, String> {
    text.split_once('_')
        .filter(|(prefix, _)| PREFIXES.contains(prefix))
        .and_then(|(_, rest)| decode(rest))
        .ok_or_else(|| "this is not an id".to_owned())
}
