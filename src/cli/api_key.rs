//! `api-key`: secrets with which systems ask.

use chrono::TimeDelta;
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use super::{Failure, note, say, system};
use crate::{auth::Permissions, config::Config, features::api_key::service as api_keys};

#[derive(Debug, Subcommand)]
pub(super) enum ApiKey {
    /// Create a secret key with which a system asks
    Create(Create),
}

/// Create a secret key with which a system asks
///
/// Prints the secret, this once: the database holds but its hash. The system sends it as `Authorization: Bearer …`.
#[derive(Debug, Args)]
#[command(after_help = "\
Permissions are written resource:action, separated by commas; `*` stands for every resource or action:
  *                      everything
  *:read                 see everything, change nothing
  customers:*,groups:read

Examples:
  customer-graph api-key create --name 'Order service' --permissions 'customers:read,orders:*'
  KEY=$(customer-graph api-key create --name Export --permissions '*:read' --expires-in-days 30)")]
pub(super) struct Create {
    /// What the key is for
    #[arg(long)]
    name: String,
    /// What whoever has the key may do
    #[arg(long, value_name = "LIST", value_parser = super::permissions)]
    permissions: Permissions,
    /// After how many days the key stops working; without it, never
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    expires_in_days: Option<u32>,
}

impl ApiKey {
    pub(super) async fn run(self, config: Config) -> Result<(), Failure> {
        let Self::Create(create) = self;
        let app = system::open(&config).await?;
        let call = system::call(&app);
        let expires_at = create
            .expires_in_days
            .map(|days| call.now() + TimeDelta::days(i64::from(days)));
        let Create { name, permissions, .. } = create;
        let (_, secret) = system::write(&call, async move |unit| {
            api_keys::create(unit, &name, permissions, expires_at).await
        })
        .await?;
        app.parts.database.close().await?;
        note(format_args!("The key may: {permissions}\nThe secret, shown this once:"))?;
        say(secret.expose_secret())
    }
}
