//! The composition root: the one place that constructs.

use std::sync::{Arc, LazyLock};

use crate::{
    auth::{
        AccountPolicy, Authenticator, Failures, Hooks, Passkeys, PasswordPolicy, Passwords, RateLimits, Sealer,
        SigningKeys, TokenSettings, Tokens, provider::Providers,
    },
    background::{EventSink, Housekeeper, Mailer, Relay, Runner, SinkRelay, Stopping, Transport, Triggers, Webhooks},
    config::{Config, FirewallConfig, Limits, Mistake, Mistakes, TrustedDocumentsConfig, WebhooksConfig},
    features::{
        hook::{AfterHandler, Registry},
        job::JobHandlers,
        mail::{LetterError, Letters, Links},
        webhook::Courier,
        workflow::Conductor,
    },
    firewall::{Firewall, Manifest, Scope},
    http::{self, HttpSettings, HttpState, Places, page::Page},
    outbound::Outbound,
    schema::{self, Standing},
    work::{CallParts, Clock, Database, Ids, SystemClock},
};
use axum::Router;
use secrecy::SecretString;
use tokio::sync::Semaphore;

/// What an application is made of; tests put a fixed clock in it.
pub struct AppParts {
    /// The database, migrated.
    pub database: Database,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How large things may be.
    pub limits: Limits,
    /// How large documents may be.
    pub firewall: FirewallConfig,
    /// Documents that were agreed upon beforehand.
    pub trusted_documents: TrustedParts,
    /// The keys that sign access tokens; the secret under which cursors are sealed is made from them.
    pub keys: SigningKeys,
    /// The secret with which secrets that must be read again are encrypted; without it one made from the keys.
    pub encryption_key: Option<SecretString>,
    /// From whom access tokens are and for whom.
    pub tokens: TokenSettings,
    /// What new passwords must be like.
    pub password_policy: PasswordPolicy,
    /// What accounts must be like.
    pub accounts: AccountPolicy,
    /// What mail looks like and how it leaves.
    pub mail: MailParts,
    /// Who vouches for people; one of the deployment's own making is registered here.
    pub providers: Providers,
    /// Who is asked before a log-in and told after it.
    pub hooks: Hooks,
    /// To whom events are passed on, beside webhooks; one of the deployment's own making is put in here.
    pub sinks: Vec<Arc<dyn EventSink>>,
    /// For which site passkeys are, and on which pages.
    pub passkeys: Passkeys,
    /// Where webhooks may go, and how patient the service is with those who are told.
    pub webhooks: WebhooksConfig,
    /// Whether hooks of mutations and steps of workflows may be in private networks, and http.
    pub allow_private_hooks: bool,
    /// Who does the work of jobs of the deployment's own making.
    pub jobs: JobHandlers,
    /// What differs between deployments.
    pub http: HttpSettings,
}

/// Documents that were agreed upon beforehand.
#[derive(Clone, Debug, Default)]
pub struct TrustedParts {
    /// Who may send what.
    pub settings: TrustedDocumentsConfig,
    /// The documents.
    pub manifest: Manifest,
}

impl TrustedParts {
    fn configured(config: &Config) -> Result<Self, Mistakes> {
        let settings = config.trusted_documents.clone();
        let Some(file) = &settings.file else {
            return Ok(Self::default());
        };
        let mistake = |message: String| {
            let message = format!("{}: the manifest {message}", file.display());
            Mistakes(vec![Mistake::of("trusted_documents", "file", message)])
        };
        let manifest = Manifest::load(file).map_err(mistake)?;
        // What would be refused to everybody shall be found before anybody asks.
        let limits = Arc::new(config.limits.clone());
        let firewall = Firewall::new(
            schema::shape(),
            config.firewall.clone(),
            limits,
            &settings,
            Manifest::default(),
        );
        let scope = if settings.admin.accepts() {
            Scope::Admin
        } else {
            Scope::Store
        };
        manifest.check(&firewall, firewall.limits(scope)).map_err(mistake)?;
        Ok(Self { settings, manifest })
    }
}

/// What mail looks like and how it leaves.
#[derive(Debug)]
pub struct MailParts {
    /// Writes the letters.
    pub letters: Letters,
    /// From whom they are.
    pub from: lettre::message::Mailbox,
    /// How they leave.
    pub transport: Transport,
}

impl MailParts {
    /// The built-in letters, from `accounts@localhost`, on this way.
    ///
    /// # Errors
    /// Never in practice: the templates are ours.
    pub fn built_in(transport: Transport) -> Result<Self, LetterError> {
        Ok(Self {
            letters: Letters::new(Links::default(), None)?,
            from: lettre::message::Mailbox::new(
                None,
                lettre::Address::new("accounts", "localhost").map_err(|error| LetterError {
                    template: "from".to_owned(),
                    reason: error.to_string(),
                })?,
            ),
            transport,
        })
    }

    fn configured(config: &Config) -> Result<Self, Mistakes> {
        let mistake = |setting: &str, message: String| Mistakes(vec![Mistake::of("mail", setting, message)]);
        let links = Links {
            storefront_url: config.mail.storefront_url.clone(),
            back_office_url: config.mail.back_office_url.clone(),
            shop_name: config.mail.shop_name.clone(),
        };
        let letters = Letters::new(links, config.mail.templates.as_deref())
            .map_err(|error| mistake("templates", format!("{error}.")))?;
        let from = config
            .mail
            .from
            .parse()
            .map_err(|_| mistake("from", "must be an e-mail address.".to_owned()))?;
        let transport = match &config.mail.smtp_url {
            Some(url) => Transport::smtp(url).map_err(|message| mistake("smtp_url", message))?,
            None => Transport::None,
        };
        Ok(Self {
            letters,
            from,
            transport,
        })
    }
}

impl std::fmt::Debug for AppParts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AppParts").finish_non_exhaustive()
    }
}

impl AppParts {
    /// The parts of a configured service.
    ///
    /// # Errors
    /// What is wrong with the settings of mail.
    pub fn configured(config: &Config, database: Database, keys: SigningKeys) -> Result<Self, Mistakes> {
        Ok(Self {
            database,
            clock: Arc::new(SystemClock),
            limits: config.limits.clone(),
            firewall: config.firewall.clone(),
            trusted_documents: TrustedParts::configured(config)?,
            keys,
            encryption_key: config.auth.encryption_key.clone(),
            tokens: TokenSettings {
                issuer: config.auth.issuer.clone(),
                audience: config.auth.audience.clone(),
                access_lifetime: config.auth.access_token_lifetime,
                session_lifetime: config.auth.refresh_token_lifetime,
            },
            password_policy: PasswordPolicy {
                minimum_length: config.auth.password_minimum_length,
            },
            accounts: config.auth.policy(),
            http: HttpSettings::configured(&config.server, &config.graphql, &config.subscriptions),
            mail: MailParts::configured(config)?,
            providers: Providers::configured(&config.providers, &config.clients),
            hooks: Hooks::configured(&config.hook),
            sinks: sinks(config),
            passkeys: Passkeys::configured(&config.passkey)?,
            webhooks: config.webhooks.clone(),
            allow_private_hooks: config.hook.allow_private_network,
            jobs: JobHandlers::default(),
        })
    }
}

/// The sinks of this configuration.
#[cfg(feature = "nats")]
fn sinks(config: &Config) -> Vec<Arc<dyn EventSink>> {
    let nats = crate::background::sink::Nats::configured(&config.nats);
    nats.into_iter()
        .map(|nats| Arc::new(nats) as Arc<dyn EventSink>)
        .collect()
}

/// None: this program was built without any.
#[cfg(not(feature = "nats"))]
fn sinks(_: &Config) -> Vec<Arc<dyn EventSink>> {
    Vec::new()
}

/// A running service, without its socket.
#[derive(Clone, Debug)]
pub struct App {
    /// What every operation shares.
    pub parts: CallParts,
    /// The routes.
    pub router: Router,
    /// Judges documents.
    pub firewall: Arc<Firewall>,
    /// The query page.
    pub page: Page,
    /// Sends mail.
    pub mailer: Mailer,
    /// Looks after what nobody asks for.
    pub housekeeper: Housekeeper,
    /// Tells those who are to be told of events.
    pub webhooks: Webhooks,
    /// Pass events on, one for each sink.
    pub sinks: Vec<SinkRelay>,
    /// Runs jobs.
    pub runner: Runner,
    /// Lets events begin workflows.
    pub triggers: Triggers,
    /// Where those are who listen to events.
    pub places: Places,
    /// Whether the service was told to stop.
    pub stopping: Stopping,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: AppParts) -> Self {
        let call_parts = CallParts {
            database: parts.database,
            clock: parts.clock,
            ids: Arc::new(Ids::default()),
            limits: Arc::new(parts.limits),
            cursor_key: Arc::new(parts.keys.derive("cursor")),
            sealer: Arc::new(Sealer::new(parts.encryption_key.as_ref(), &parts.keys)),
            passwords: Passwords::new(parts.password_policy),
            tokens: Arc::new(Tokens::new(parts.keys, parts.tokens)),
            policy: Arc::new(parts.accounts),
            rate_limits: RateLimits::default(),
            failures: Failures::default(),
            providers: Arc::new(parts.providers),
            hooks: parts.hooks,
            passkeys: parts.passkeys,
            gateway_sdl: parts.http.gateway_sdl,
        };
        let MailParts {
            letters,
            from,
            transport,
        } = parts.mail;
        let handlers = parts
            .jobs
            .with(AfterHandler::new(parts.allow_private_hooks))
            .with(Conductor::new(parts.allow_private_hooks));
        let mailer = Mailer::new(call_parts.clone(), letters, from, transport);
        let stopping = Stopping::default();
        let places = Places::new(&parts.http.subscriptions);
        let schema = schema::build();
        let firewall = Arc::new(Firewall::new(
            schema::shape(),
            parts.firewall,
            Arc::clone(&call_parts.limits),
            &parts.trusted_documents.settings,
            parts.trusted_documents.manifest,
        ));
        let hearings = Arc::new(Semaphore::new(call_parts.database.connections_for_hearings()));
        let courier = courier(
            &parts.webhooks,
            schema.clone(),
            Arc::clone(&firewall),
            Arc::clone(&hearings),
        );
        let state = HttpState {
            schema,
            masked_schema: Arc::new(LazyLock::new(schema::build_masked)),
            probe_schema: Arc::new(LazyLock::new(schema::build_probe)),
            hooks: Arc::new(Registry::new(schema::hookable(), parts.allow_private_hooks)),
            parts: call_parts.clone(),
            authenticator: Authenticator::new(call_parts.clone()),
            firewall,
            courier: courier.clone(),
            page: Page::new(parts.http.page),
            mailbox: mailer.mailbox(),
            settings: Arc::new(parts.http),
            stopping: stopping.clone(),
            relay: Relay::new(call_parts.database.clone()),
            places: places.clone(),
            hearings,
        };
        Self {
            housekeeper: Housekeeper::new(call_parts.clone()),
            webhooks: Webhooks::new(call_parts.clone(), courier, parts.webhooks),
            sinks: parts
                .sinks
                .into_iter()
                .map(|sink| SinkRelay::new(call_parts.clone(), sink))
                .collect(),
            runner: Runner::new(call_parts.clone(), handlers),
            triggers: Triggers::new(call_parts.clone()),
            parts: call_parts,
            page: state.page.clone(),
            firewall: Arc::clone(&state.firewall),
            mailer,
            router: http::router(state),
            places,
            stopping,
        }
    }
}

/// The most requests to all endpoints together that may be under way at once.
const WEBHOOKS_AT_ONCE: usize = 4_096;

/// Sends webhooks, and asks their queries of this schema.
fn courier(
    settings: &WebhooksConfig,
    schema: schema::Schema,
    firewall: Arc<Firewall>,
    hearings: Arc<Semaphore>,
) -> Courier {
    let outbound = Outbound::to_many(
        settings.allow_private_network,
        settings.timeout,
        WEBHOOKS_AT_ONCE,
        settings.concurrency,
    );
    let standing = Standing::new(schema, firewall, settings.timeout, hearings);
    Courier::new(outbound, Arc::new(standing))
}
