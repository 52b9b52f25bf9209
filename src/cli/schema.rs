//! `schema`: the contract as text.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, say};
use crate::schema;

/// Print the GraphQL schema
///
/// The whole schema in the schema definition language, with the federation directives that a gateway composes by.
/// Needs no database and no configuration.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  customer-graph schema > schema.graphql
  customer-graph schema --check schema.graphql
  customer-graph schema --plain > for-apollo-gateway.graphql")]
pub(super) struct Schema {
    /// Compare the schema with this file instead; exit code 1 when they differ
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,

    /// Leave out `@authenticated`, `@requiresScopes`, `@oneOf` and `@specifiedBy`, which not every gateway takes
    #[arg(long, conflicts_with = "check")]
    plain: bool,
}

impl Schema {
    pub(super) fn run(self) -> Result<(), Failure> {
        if self.plain {
            return say(schema::plain_sdl().trim_end());
        }
        let current = schema::sdl();
        let Some(file) = self.check else {
            return say(current.trim_end());
        };
        let shown = file.display();
        let text = std::fs::read_to_string(&file)
            .map_err(|error| Failure::Fault(format!("{shown} cannot be read: {error}.")))?;
        if text == current {
            return say(format_args!("{shown} is current."));
        }
        let differs = text
            .lines()
            .zip(current.lines())
            .take_while(|(one, other)| one == other)
            .count();
        let line = |text: &str| text.lines().nth(differs).unwrap_or("(the end)").trim().to_owned();
        Err(Failure::Fault(format!(
            "{shown} is not current; line {} is\n  {}\nand should be\n  {}\nRenew it with: customer-graph schema > {shown}",
            differs + 1,
            line(&text),
            line(current),
        )))
    }
}
