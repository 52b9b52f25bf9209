//! `staff`: the people who run the shop.

use std::io::BufRead;

use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};

use super::{Failure, note, say, system};
use crate::{auth::Permissions, config::Config, features::staff::service as staff};

#[derive(Debug, Subcommand)]
pub(super) enum Staff {
    /// Create a staff user, who logs in with e-mail address and password
    Create(Create),
}

/// Create a staff user, who logs in with e-mail address and password
///
/// Without --password-stdin a password is made and printed, this once.
#[derive(Debug, Args)]
#[command(after_help = "\
Permissions are written resource:action, separated by commas; `*` stands for every resource or action:
  *                      everything
  *:read                 see everything, change nothing
  customers:*,groups:read

Examples:
  customer-graph staff create --email ada@example.com --name 'Ada Lovelace' --permissions '*'
  pass show shop/ada | customer-graph staff create --email ada@example.com --name Ada \\
    --permissions 'customers:*' --password-stdin")]
pub(super) struct Create {
    /// The e-mail address to log in with
    #[arg(long)]
    email: String,
    /// How other staff know the person
    #[arg(long)]
    name: Option<String>,
    /// What the person may do
    #[arg(long, value_name = "LIST", value_parser = super::permissions)]
    permissions: Permissions,
    /// Read the password from the standard input, up to the end of its first line
    #[arg(long)]
    password_stdin: bool,
}

impl Staff {
    pub(super) async fn run(self, config: Config) -> Result<(), Failure> {
        let Self::Create(create) = self;
        let app = system::open(&config).await?;
        let call = system::call(&app);
        let password: SecretString = if create.password_stdin {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line)?;
            line.trim_end_matches(['\r', '\n']).to_owned().into()
        } else {
            app.parts.ids.token()[..24].to_owned().into()
        };
        let draft = staff::prepare(&call, &create.email, create.name, &password, create.permissions).await?;
        system::write(&call, async move |unit| staff::create(unit, draft.clone()).await).await?;
        app.parts.database.close().await?;
        note(format_args!("{} may: {}", create.email, create.permissions))?;
        if !create.password_stdin {
            note("The password, shown this once:")?;
            say(password.expose_secret())?;
        }
        Ok(())
    }
}
