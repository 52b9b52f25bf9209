//! The application under test.

use std::{
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use customer_graph::{
    app::{App, AppParts, MailParts, TrustedParts},
    auth::{
        API_KEY_PREFIX, AccountPolicy, Hooks, Passkeys, PasswordPolicy, Permissions, SigningKeys, TokenSettings,
        Verification, provider::Providers, secret_hash,
    },
    background::{EventSink, Mailbox, MailboxLetter, SWEEPS, Transport},
    config::{FirewallConfig, Limits, QueryPage, WebhooksConfig},
    features::job::{
        JobHandlers,
        service::{self as jobs, NewJob},
    },
    http::HttpSettings,
    migrate,
    work::{Clock, Database, DatabaseSettings, Ids, SystemClock, UnitOfWork},
};
use entity::{api_key, job};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Persona, postgres::Cluster};

/// The true application, listening on loopback, on a database of its own.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) url: String,
    client: reqwest::Client,
    server: tokio::task::JoinHandle<()>,
    folder: Option<tempfile::TempDir>,
    postgres: Option<String>,
    /// Where the database is, for a second process on it.
    pub(crate) database_url: String,
    /// The clock of the service.
    pub(crate) clock: Arc<TestClock>,
    mailbox: Mailbox,
}

/// The machine's clock, moved by as much as a test wants.
#[derive(Debug, Default)]
pub(crate) struct TestClock {
    milliseconds: AtomicI64,
    is_broken: AtomicBool,
}

impl TestClock {
    /// Lets time pass.
    pub(crate) fn advance(&self, time: Duration) {
        self.milliseconds
            .fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Whoever looks at it next panics, once.
    pub(crate) fn break_once(&self) {
        self.is_broken.store(true, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        assert!(!self.is_broken.swap(false, Ordering::SeqCst), "the clock is broken");
        SystemClock.now() + chrono::TimeDelta::milliseconds(self.milliseconds.load(Ordering::SeqCst))
    }
}

/// What differs between applications under test.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) accounts: AccountPolicy,
    pub(crate) http: HttpSettings,
    pub(crate) limits: Limits,
    pub(crate) firewall: FirewallConfig,
    pub(crate) trusted_documents: TrustedParts,
    /// The private key that signs tokens; one of its own without.
    pub(crate) signing_key: Option<SecretString>,
    /// The public halves of keys that signed before.
    pub(crate) older_keys: Vec<String>,
    /// How mail leaves; into the test's own mailbox without.
    pub(crate) transport: Option<Transport>,
    pub(crate) providers: Providers,
    pub(crate) hooks: Hooks,
    pub(crate) webhooks: WebhooksConfig,
    pub(crate) sinks: Vec<Arc<dyn EventSink>>,
    /// Passkeys, where the service listens on this port.
    pub(crate) passkeys: fn(u16) -> Passkeys,
    pub(crate) jobs: JobHandlers,
    pub(crate) allow_private_hooks: bool,
}

/// Where the devices of the tests believe to be.
pub(crate) const ORIGIN: &str = "https://shop.localhost";

/// Passkeys of `localhost`, for the devices of the tests and for pages of the service itself.
fn passkeys(port: u16) -> Passkeys {
    let origins = [ORIGIN, &format!("http://localhost:{port}")].map(|origin| origin.parse().unwrap());
    Passkeys::new("localhost", "Shop", &origins).unwrap()
}

impl Default for Setup {
    /// Accounts come to be at once, and nobody has to wait.
    fn default() -> Self {
        Self {
            accounts: AccountPolicy {
                verification: Verification::Optional,
                attempts_per_account: 100_000,
                wrong_password_time: Duration::ZERO,
                answer_time: Duration::ZERO,
                attempts_per_network: 100_000,
                ..AccountPolicy::default()
            },
            http: HttpSettings {
                introspection_for_all: true,
                open_to_gateways: true,
                page: QueryPage::Everybody,
                trusted_proxies: vec!["127.0.0.1/32".parse().unwrap()],
                ..HttpSettings::default()
            },
            limits: Limits::default(),
            firewall: FirewallConfig::default(),
            trusted_documents: TrustedParts::default(),
            signing_key: None,
            older_keys: Vec::new(),
            transport: None,
            providers: Providers::default(),
            hooks: Hooks::default(),
            webhooks: WebhooksConfig {
                allow_private_network: true,
                ..WebhooksConfig::default()
            },
            sinks: Vec::new(),
            passkeys,
            jobs: JobHandlers::default(),
            allow_private_hooks: true,
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.server.abort();
        if let (Some(url), Some(cluster)) = (&self.postgres, Cluster::shared()) {
            let name = cluster.database_name(url).clone();
            cluster.execute("postgres", &format!("drop database {name} with (force)"));
        }
        drop(self.folder.take());
    }
}

/// What the service answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// The data, when there is no error at all.
    #[track_caller]
    pub(crate) fn data(&self) -> &Value {
        assert!(self.body.get("errors").is_none(), "unexpected errors: {:#}", self.body);
        &self.body["data"]
    }

    /// The codes of the top-level errors.
    pub(crate) fn codes(&self) -> Vec<&str> {
        self.body["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|error| error["extensions"]["code"].as_str().unwrap_or("no code"))
            .collect()
    }

    /// The codes of the user errors of a mutation.
    pub(crate) fn user_errors(&self, mutation: &str) -> Vec<&str> {
        self.body["data"][mutation]["userErrors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|error| error["code"].as_str().unwrap_or("no code"))
            .collect()
    }

    /// How many statements the operation sent.
    #[track_caller]
    pub(crate) fn statements(&self) -> u64 {
        self.body["extensions"]["cost"]["statements"]
            .as_u64()
            .expect("the cost in the extensions")
    }
}

impl TestApp {
    /// On a SQLite file of its own.
    pub(crate) async fn on_sqlite() -> Self {
        Self::on_sqlite_with(Setup::default()).await
    }

    /// The same, set up in another way.
    pub(crate) async fn on_sqlite_with(setup: Setup) -> Self {
        let folder = tempfile::tempdir_in(super::temporary_folder()).unwrap();
        let url = format!("sqlite://{}/customer-graph.sqlite", folder.path().display());
        let mut app = Self::start(&url, true, setup).await;
        app.folder = Some(folder);
        app
    }

    /// On a PostgreSQL database of its own; `None` where there is no PostgreSQL.
    pub(crate) async fn on_postgres() -> Option<Self> {
        Self::on_postgres_with(Setup::default()).await
    }

    /// The same, set up in another way.
    pub(crate) async fn on_postgres_with(setup: Setup) -> Option<Self> {
        let cluster = Cluster::shared()?;
        let url = tokio::task::spawn_blocking(|| cluster.clone_database(template(cluster)))
            .await
            .unwrap();
        let mut app = Self::start(&url, false, setup).await;
        app.postgres = Some(url);
        Some(app)
    }

    async fn start(url: &str, migrating: bool, setup: Setup) -> Self {
        let database_url = url.to_owned();
        let database = connect(url).await;
        if migrating {
            migrate::up(&database).await.unwrap();
        }
        let clock = Arc::new(TestClock::default());
        let mailbox = Mailbox::default();
        let signing_key = setup.signing_key.unwrap_or_else(|| SigningKeys::generate().unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = App::new(AppParts {
            database,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            limits: setup.limits,
            firewall: setup.firewall,
            trusted_documents: setup.trusted_documents,
            keys: SigningKeys::from_pem(&signing_key, &setup.older_keys).unwrap(),
            encryption_key: None,
            tokens: TokenSettings::default(),
            password_policy: PasswordPolicy::default(),
            accounts: setup.accounts,
            mail: MailParts::built_in(setup.transport.unwrap_or_else(|| Transport::Mailbox(mailbox.clone()))).unwrap(),
            providers: setup.providers,
            hooks: setup.hooks,
            sinks: setup.sinks,
            passkeys: (setup.passkeys)(address.port()),
            webhooks: setup.webhooks,
            allow_private_hooks: setup.allow_private_hooks,
            jobs: setup.jobs,
            http: setup.http,
        });
        let url = format!("http://{address}");
        let router = app.router.clone();
        let server = tokio::spawn(async move {
            axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
                .await
                .unwrap();
        });
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        Self {
            app,
            url,
            client,
            server,
            folder: None,
            postgres: None,
            database_url,
            clock,
            mailbox,
        }
    }

    /// A second process on the same database, set up in another way.
    pub(crate) async fn beside(&self, setup: Setup) -> Self {
        Self::start(&self.database_url, false, setup).await
    }

    /// Whether the database is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// Sends an operation.
    pub(crate) async fn ask(&self, persona: &Persona, query: &str, variables: Value) -> Answer {
        self.send(
            persona,
            json!({ "query": query, "variables": variables }).to_string(),
            &[],
        )
        .await
    }

    /// Sends a body with headers.
    pub(crate) async fn send(&self, persona: &Persona, body: String, headers: &[(&str, &str)]) -> Answer {
        let mut request = self
            .client
            .post(format!("{}/graphql", self.url))
            .header("content-type", "application/json")
            .header("graphql-cost", "1")
            .body(body);
        if let Some(token) = &persona.token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = &persona.publishable_key {
            request = request.header("x-publishable-api-key", key);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }

    /// Sends the mail that waits, and answers all letters to this address, the newest first.
    pub(crate) async fn letters(&self, recipient: &str) -> Vec<MailboxLetter> {
        while self.app.mailer.deliver().await.unwrap() > 0 {}
        let mut letters = self.mailbox.letters();
        letters.retain(|letter| letter.recipient == recipient);
        letters
    }

    /// Runs every sweep once; answers how many rows are gone.
    pub(crate) async fn sweep(&self) -> u64 {
        self.write(async |unit: &mut UnitOfWork| {
            let sweeps = SWEEPS.iter().map(|sweep| NewJob {
                kind: sweep.name,
                input: json!({ "by": "test" }),
                is_quiet: true,
                ..NewJob::default()
            });
            Ok(jobs::enqueue(unit, sweeps.collect()).await?)
        })
        .await;
        self.app.runner.work_off().await.unwrap();
        let rows = job::Entity::find()
            .filter(job::Column::Kind.starts_with("sweep."))
            .filter(job::Column::State.eq(job::State::Succeeded))
            .all(self.app.parts.database.for_migration())
            .await
            .unwrap();
        assert!(rows.len() >= SWEEPS.len());
        self.execute("delete from job where kind like 'sweep.%'").await;
        rows.iter().map(|row| u64::try_from(row.succeeded).unwrap()).sum()
    }

    /// The token in the newest letter to this address.
    #[track_caller]
    pub(crate) fn token_in(letters: &[MailboxLetter]) -> String {
        let text = &letters.first().expect("a letter").letter.text;
        let (_, token) = text
            .split_once("#token=")
            .unwrap_or_else(|| panic!("no token in {text}"));
        token.split_whitespace().next().unwrap().to_owned()
    }

    /// A back-office system with these permissions (`customers:read,groups:*`).
    pub(crate) async fn api_key(&self, name: &'static str, permissions: &str) -> Persona {
        let secret = format!("{API_KEY_PREFIX}{}", self.app.parts.ids.token());
        let now = self.app.parts.clock.now();
        let permissions: Permissions = permissions.parse().unwrap();
        let row = api_key::ActiveModel {
            id: Set(Ids::default().next(now)),
            name: Set(name.to_owned()),
            secret_hash: Set(secret_hash(&secret)),
            secret_hint: Set("…".to_owned()),
            permissions: Set(serde_json::to_value(permissions).unwrap()),
            created_by: Set(None),
            created_at: Set(now),
            expires_at: Set(None),
            revoked_at: Set(None),
            kind: Set(api_key::Kind::Secret),
            channel_id: Set(None),
            previous_secret_hash: Set(None),
            previous_expires_at: Set(None),
            // The use of a key is noted once a minute; not at all in tests about other things.
            last_used_at: Set(Some(now)),
        };
        api_key::Entity::insert(row)
            .exec_without_returning(self.app.parts.database.for_migration())
            .await
            .unwrap();
        Persona::bearer(name, &secret)
    }

    /// A back-office system that may do everything.
    pub(crate) async fn admin(&self) -> Persona {
        self.api_key("admin", "*").await
    }

    /// Runs a statement behind the service's back.
    pub(crate) async fn execute(&self, sql: &str) {
        self.app
            .parts
            .database
            .for_migration()
            .execute_unprepared(sql)
            .await
            .unwrap();
    }

    /// An id as a literal of the database's SQL.
    pub(crate) fn uuid(&self, id: uuid::Uuid) -> String {
        if self.is_postgres() {
            format!("'{id}'")
        } else {
            format!("x'{}'", id.simple())
        }
    }

    /// The texts of one column, in the order in which the rows were written.
    pub(crate) async fn column(&self, table: &str, column: &str) -> Vec<String> {
        let order = if table == "outbox_event" { "position" } else { "id" };
        let db = self.app.parts.database.for_migration();
        let sql = format!("select {column} as value from {table} order by {order}");
        let rows = db
            .query_all_raw(sea_orm::Statement::from_string(db.get_database_backend(), sql))
            .await
            .unwrap();
        rows.iter().map(|row| row.try_get("", "value").unwrap()).collect()
    }

    /// Everything that a table holds, as one text.
    pub(crate) async fn dump(&self, table: &str) -> String {
        let db = self.app.parts.database.for_migration();
        let all = if self.is_postgres() {
            format!("select coalesce(string_agg(row::text, ' '), '') as value from {table} as row")
        } else {
            let columns = db
                .query_all_raw(sea_orm::Statement::from_string(
                    db.get_database_backend(),
                    format!("select name from pragma_table_info('{table}')"),
                ))
                .await
                .unwrap();
            let columns: Vec<String> = columns
                .iter()
                .map(|row| format!("quote({})", row.try_get::<String>("", "name").unwrap()))
                .collect();
            format!(
                "select coalesce(group_concat({}), '') as value from {table}",
                columns.join(" || ' ' || ")
            )
        };
        let row = db
            .query_one_raw(sea_orm::Statement::from_string(db.get_database_backend(), all))
            .await
            .unwrap();
        row.unwrap().try_get("", "value").unwrap()
    }

    /// How many rows a table has (a condition may follow its name).
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let db = self.app.parts.database.for_migration();
        let sql = format!("select count(*) as total from {table}");
        let row = db
            .query_one_raw(sea_orm::Statement::from_string(db.get_database_backend(), sql))
            .await
            .unwrap();
        row.unwrap().try_get("", "total").unwrap()
    }
}

async fn connect(url: &str) -> Database {
    let settings = DatabaseSettings {
        url: url.to_owned().into(),
        connections: 8,
        acquire_timeout: Duration::from_secs(30),
        statement_timeout: Duration::from_secs(30),
    };
    Database::connect(&settings).await.unwrap()
}

/// A migrated database that every test copies.
fn template(cluster: &'static Cluster) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let url = cluster.create_database();
        std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .unwrap();
                    runtime.block_on(async {
                        let database = connect(&url).await;
                        migrate::up(&database).await.unwrap();
                        database.close().await.unwrap();
                    });
                })
                .join()
                .unwrap();
        });
        url
    })
}
