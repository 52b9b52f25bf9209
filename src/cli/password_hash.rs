//! `password-hash`: passwords that customers had in another system.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Failure, say, system};
use crate::{
    auth::LegacyHash,
    config::Config,
    features::account::service::{self, Imported},
    text::normalize_email,
    work::{EmailAddress, UnitOfWork, WriteError},
};

/// How many lines go into one transaction.
const LINES: usize = 500;

#[derive(Debug, Subcommand)]
pub(super) enum PasswordHash {
    /// Let customers log in with the passwords that they had in another system
    ///
    /// Reads a file with a line for each customer: the e-mail address, a comma, the hash. bcrypt, Medusa's scrypt and
    /// PBKDF2 as Django (Saleor) and passlib write it are understood. The customers must be there already; one who has
    /// a password keeps it. A hash is replaced by argon2id when its owner logs in. Running it twice changes nothing.
    #[command(after_help = "\
Examples:
  customer-graph password-hash import hashes.csv

  hashes.csv:
    ada@example.com,$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW")]
    Import {
        /// The file
        file: PathBuf,
    },
}

impl PasswordHash {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let Self::Import { file } = self;
        let text = std::fs::read_to_string(&file)
            .map_err(|error| Failure::Fault(format!("{} cannot be read: {error}.", file.display())))?;
        let app = system::open(config).await?;
        let call = system::call(&app);
        let mut counts = [0_usize; 3];
        let mut wrong = 0;
        let lines: Vec<(usize, &str)> = (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty())
            .collect();
        for chunk in lines.chunks(LINES) {
            let mut rows = Vec::with_capacity(chunk.len());
            for (number, line) in chunk {
                match read(line) {
                    Some(row) => rows.push((*number, row)),
                    None => {
                        wrong += 1;
                        say(format_args!(
                            "line {number}: this is not an e-mail address, a comma and a hash"
                        ))?;
                    }
                }
            }
            let outcomes = system::write(&call, async |unit: &mut UnitOfWork| {
                let mut outcomes = Vec::with_capacity(rows.len());
                for (number, (email, hash)) in &rows {
                    outcomes.push((*number, service::import_password_hash(unit, email, hash).await?));
                }
                Ok::<_, WriteError>(outcomes)
            })
            .await?;
            for (number, outcome) in outcomes {
                match outcome {
                    Imported::Done => counts[0] += 1,
                    Imported::Unknown => {
                        counts[1] += 1;
                        say(format_args!(
                            "line {number}: there is no customer with this e-mail address"
                        ))?;
                    }
                    Imported::Refused => {
                        counts[2] += 1;
                        say(format_args!(
                            "line {number}: this customer has a password already, or is shut out"
                        ))?;
                    }
                }
            }
        }
        app.parts.database.close().await?;
        say(format_args!(
            "{} can log in now, {} are unknown, {} were left as they are, {wrong} lines were not understood.",
            counts[0], counts[1], counts[2],
        ))
    }
}

fn read(line: &str) -> Option<(EmailAddress, String)> {
    let (typed, hash) = line.split_once(',')?;
    let (typed, hash) = (typed.trim(), hash.trim());
    LegacyHash::read(hash)?;
    Some((
        EmailAddress {
            normalized: normalize_email(typed)?,
            typed: typed.to_owned(),
        },
        hash.to_owned(),
    ))
}
