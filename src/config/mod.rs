//! Configuration: from the environment and an optional TOML file, and from nowhere else.
//!
//! One file a section; each setting stands there with its default. A setting `name` of the section `server` is
//! `CUSTOMER_GRAPH_SERVER_NAME` in the environment and `name` under `[server]` in the file; the environment wins, and
//! an empty variable counts as absent. Everything that is wrong is reported at once, without repeating what was given,
//! which may be a secret.
//!
//! Of some sections there may be several, each under a name of its own: `[provider.google]` in the file,
//! `CUSTOMER_GRAPH_PROVIDER_GOOGLE_CLIENT_ID` in the environment.

mod auth;
mod client;
mod database;
mod firewall;
mod graphql;
mod hook;
mod limits;
mod log;
mod mail;
mod nats;
mod passkey;
mod provider;
mod reader;
mod server;
mod setting;
mod signing_key;
mod subscriptions;
mod trusted_documents;
mod webhooks;

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

pub use auth::AuthConfig;
pub use client::ClientConfig;
pub use database::{DatabaseConfig, DatabaseUrl};
pub use firewall::{DocumentLimits, FirewallConfig};
pub use graphql::{GatewaySdl, GraphqlConfig, HttpProfile, Introspection, QueryPage};
pub use hook::HookConfig;
pub use limits::Limits;
pub use log::{LogConfig, LogFormat};
pub use mail::MailConfig;
pub use nats::NatsConfig;
pub use passkey::PasskeyConfig;
pub use provider::{ProviderConfig, ProviderKind};
pub use server::ServerConfig;
pub use signing_key::SigningKeyPem;
pub use subscriptions::SubscriptionsConfig;
pub use trusted_documents::{TrustedDocuments, TrustedDocumentsConfig};
pub use webhooks::WebhooksConfig;

use reader::{Known, Reader, RepeatedSection, Section};

/// What every variable of ours begins with.
const PREFIX: &str = "CUSTOMER_GRAPH_";

/// Declares a section: each setting with what it means, its type and its default. With `in each` there may be several
/// of them.
macro_rules! section {
    (
        $(#[$about:meta])*
        $name:ident in each $section:literal {
            $($(#[$doc:meta])* $setting:ident: $kind:ty = $default:expr,)*
        }
    ) => {
        crate::config::section!(@struct $(#[$about])* $name { $($(#[$doc])* $setting: $kind = $default,)* });

        impl crate::config::reader::RepeatedSection for $name {
            const NAME: &'static str = $section;
            const SETTINGS: &'static [&'static str] = &[$(stringify!($setting)),*];

            fn read(reader: &mut crate::config::reader::Reader, section: &str) -> Self {
                Self {
                    $($setting: reader.setting(section, stringify!($setting)).unwrap_or_else(|| $default),)*
                }
            }

            fn shown(&self) -> Vec<(&'static str, String)> {
                use crate::config::setting::Setting;
                vec![$((stringify!($setting), self.$setting.shown())),*]
            }
        }
    };
    (
        $(#[$about:meta])*
        $name:ident in $section:literal {
            $($(#[$doc:meta])* $setting:ident: $kind:ty = $default:expr,)*
        }
    ) => {
        crate::config::section!(@struct $(#[$about])* $name { $($(#[$doc])* $setting: $kind = $default,)* });

        impl crate::config::reader::Section for $name {
            const NAME: &'static str = $section;
            const SETTINGS: &'static [&'static str] = &[$(stringify!($setting)),*];

            fn read(reader: &mut crate::config::reader::Reader) -> Self {
                Self {
                    $($setting: reader.setting($section, stringify!($setting)).unwrap_or_else(|| $default),)*
                }
            }

            fn shown(&self) -> Vec<(&'static str, String)> {
                use crate::config::setting::Setting;
                vec![$((stringify!($setting), self.$setting.shown())),*]
            }
        }
    };
    (@struct $(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $setting:ident: $kind:ty = $default:expr,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[$doc])* pub $setting: $kind,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($setting: $default,)* }
            }
        }
    };
}
use section;

/// The whole configuration.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The socket and what is served on it.
    pub server: ServerConfig,
    /// Where the data is.
    pub database: DatabaseConfig,
    /// Tokens and passwords.
    pub auth: AuthConfig,
    /// Mail.
    pub mail: MailConfig,
    /// NATS JetStream.
    pub nats: NatsConfig,
    /// How large things may be.
    pub limits: Limits,
    /// How large documents may be.
    pub firewall: FirewallConfig,
    /// Documents that were agreed upon beforehand.
    pub trusted_documents: TrustedDocumentsConfig,
    /// What the schema shows to whom.
    pub graphql: GraphqlConfig,
    /// Subscriptions.
    pub subscriptions: SubscriptionsConfig,
    /// What is logged and how.
    pub log: LogConfig,
    /// Who is asked before and after a log-in, and where hooks and workflows may be.
    pub hook: HookConfig,
    /// Webhooks.
    pub webhooks: WebhooksConfig,
    /// Passkeys.
    pub passkey: PasskeyConfig,
    /// At whom people may log in, by name.
    pub providers: BTreeMap<String, ProviderConfig>,
    /// The frontends, by name.
    pub clients: BTreeMap<String, ClientConfig>,
}

/// Something that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The setting, as whoever wrote it knows it.
    pub setting: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Mistake {
    /// A mistake in a setting of a section.
    #[must_use]
    pub fn of(section: &str, setting: &str, message: String) -> Self {
        Self {
            setting: name_of(section, setting),
            message,
        }
    }
}

/// Everything that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => formatter.write_str("The configuration has a mistake:")?,
            many => write!(formatter, "The configuration has {many} mistakes:")?,
        }
        for Mistake { setting, message } in &self.0 {
            write!(formatter, "\n  {setting}: {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

impl Config {
    /// Reads the environment of the process and the file.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn load(file: Option<&Path>) -> Result<Self, Mistakes> {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())));
        Self::read(file, variables)
    }

    /// Reads these variables and the file.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn read(file: Option<&Path>, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Mistakes> {
        let mut reader = Reader::default();
        if let Some(file) = file {
            reader.add_file(file, &known());
        }
        reader.add_environment(variables, &known());
        let config = Self {
            server: ServerConfig::read(&mut reader),
            database: DatabaseConfig::read(&mut reader),
            auth: AuthConfig::read(&mut reader),
            mail: MailConfig::read(&mut reader),
            nats: NatsConfig::read(&mut reader),
            limits: Limits::read(&mut reader),
            firewall: FirewallConfig::read(&mut reader),
            trusted_documents: TrustedDocumentsConfig::read(&mut reader),
            graphql: GraphqlConfig::read(&mut reader),
            subscriptions: SubscriptionsConfig::read(&mut reader),
            log: LogConfig::read(&mut reader),
            hook: HookConfig::read(&mut reader),
            webhooks: WebhooksConfig::read(&mut reader),
            passkey: PasskeyConfig::read(&mut reader),
            providers: reader.each(),
            clients: reader.each(),
        };
        config.auth.check(&mut reader);
        config.mail.check(&mut reader);
        config.nats.check(&mut reader);
        config.limits.check(&mut reader);
        config.firewall.check(&mut reader);
        config.trusted_documents.check(&mut reader);
        config.graphql.check(&mut reader);
        config.subscriptions.check(&mut reader);
        config.server.check(&mut reader);
        config.database.check(&mut reader);
        config.hook.check(&mut reader);
        config.webhooks.check(&mut reader);
        config.passkey.check(&mut reader);
        for (name, provider) in &config.providers {
            provider.check(&mut reader, name);
        }
        for (name, client) in &config.clients {
            client.check(&mut reader, name);
        }
        reader.finish()?;
        Ok(config)
    }

    /// What only a service on a network must not do.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check_for_serving(&self) -> Result<(), Mistakes> {
        let mut mistakes = Vec::new();
        if self.database.url.is_unprotected() {
            mistakes.push(Mistake {
                setting: name_of("database", "url"),
                message: "asks for no encryption (sslmode=disable) to a server on another machine; \
                          use sslmode=verify-full, or require where the certificate cannot be checked."
                    .to_owned(),
            });
        }
        if mistakes.is_empty() {
            Ok(())
        } else {
            Err(Mistakes(mistakes))
        }
    }

    /// Every setting with its value; of secrets only whether they are set.
    #[must_use]
    pub fn shown(&self) -> Vec<(String, String)> {
        fn of<S: Section>(section: &S) -> impl Iterator<Item = (String, String)> {
            section
                .shown()
                .into_iter()
                .map(|(setting, value)| (name_of(S::NAME, setting), value))
        }
        fn of_each<S: RepeatedSection>(sections: &BTreeMap<String, S>) -> impl Iterator<Item = (String, String)> {
            sections.iter().flat_map(|(name, section)| {
                let section_name = format!("{}.{name}", S::NAME);
                let shown = section.shown().into_iter();
                shown.map(move |(setting, value)| (name_of(&section_name, setting), value))
            })
        }
        let firewall = self.firewall.by_name();
        of(&self.server)
            .chain(of(&self.database))
            .chain(of(&self.auth))
            .chain(of(&self.mail))
            .chain(of(&self.nats))
            .chain(of(&self.limits))
            .chain(of_each(&firewall))
            .chain(of(&self.trusted_documents))
            .chain(of(&self.graphql))
            .chain(of(&self.subscriptions))
            .chain(of(&self.log))
            .chain(of(&self.hook))
            .chain(of(&self.webhooks))
            .chain(of(&self.passkey))
            .chain(of_each(&self.providers))
            .chain(of_each(&self.clients))
            .collect()
    }

    /// Where a signing key of our own making is kept: beside the SQLite file.
    #[must_use]
    pub fn signing_key_beside_database(&self) -> Option<PathBuf> {
        let mut path = self.database.url.sqlite_path()?.into_os_string();
        path.push(".signing-key.pem");
        Some(path.into())
    }
}

/// The variable of a setting.
fn name_of(section: &str, setting: &str) -> String {
    let section = section.to_uppercase().replace('.', "_");
    format!("{PREFIX}{section}_{}", setting.to_uppercase())
}

/// The sections with their settings.
fn known() -> Vec<Known> {
    fn of<S: Section>() -> Known {
        Known {
            name: S::NAME,
            settings: S::SETTINGS,
            is_repeated: false,
        }
    }
    fn of_each<S: RepeatedSection>() -> Known {
        Known {
            name: S::NAME,
            settings: S::SETTINGS,
            is_repeated: true,
        }
    }
    vec![
        of::<ServerConfig>(),
        of::<DatabaseConfig>(),
        of::<AuthConfig>(),
        of::<MailConfig>(),
        of::<NatsConfig>(),
        of::<Limits>(),
        of_each::<DocumentLimits>(),
        of::<TrustedDocumentsConfig>(),
        of::<GraphqlConfig>(),
        of::<SubscriptionsConfig>(),
        of::<LogConfig>(),
        of::<HookConfig>(),
        of::<WebhooksConfig>(),
        of::<PasskeyConfig>(),
        of_each::<ProviderConfig>(),
        of_each::<ClientConfig>(),
    ]
}
