//! `signing-key`: keys that sign access tokens.

use std::path::PathBuf;

use clap::Subcommand;
use secrecy::ExposeSecret;

use super::{Failure, say};
use crate::config::SigningKeyPem;

#[derive(Debug, Subcommand)]
pub(super) enum SigningKey {
    /// Print a new private key (Ed25519, PEM)
    ///
    /// Whoever has the key can act as anybody: keep it from others. All instances of a service need the same one.
    #[command(after_help = "\
Examples:
  customer-graph signing-key create > signing-key.pem && chmod 600 signing-key.pem
  CUSTOMER_GRAPH_AUTH_SIGNING_KEY_FILE=signing-key.pem customer-graph serve")]
    Create,
    /// Print the public half of a private key
    ///
    /// To change the key without logging anybody out: put the public half of the old key into a file, name it in
    /// CUSTOMER_GRAPH_AUTH_VERIFICATION_KEYS_FILE, restart every instance with the new key, and remove it an hour later.
    #[command(after_help = "\
Examples:
  customer-graph signing-key public signing-key.pem > older-keys.pem
  customer-graph signing-key create > new-key.pem && chmod 600 new-key.pem
  CUSTOMER_GRAPH_AUTH_SIGNING_KEY_FILE=new-key.pem \\
  CUSTOMER_GRAPH_AUTH_VERIFICATION_KEYS_FILE=older-keys.pem customer-graph serve")]
    Public {
        /// The file with the private key
        file: PathBuf,
    },
}

impl SigningKey {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Create => {
                let key = SigningKeyPem::create().map_err(Failure::Fault)?;
                say(key.0.expose_secret().trim_end())
            }
            Self::Public { file } => {
                let key = SigningKeyPem::in_file(&file)
                    .map_err(|message| Failure::Usage(format!("The argument {message}")))?;
                say(key.public()?.trim_end())
            }
        }
    }
}
