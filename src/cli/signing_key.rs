//! `signing-key`: keys that sign access tokens.

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
}

impl SigningKey {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Create => {
                let key = SigningKeyPem::create().map_err(Failure::Fault)?;
                say(key.0.expose_secret().trim_end())
            }
        }
    }
}
