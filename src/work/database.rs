//! The database: an embedded SQLite file or PostgreSQL.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    ConnectOptions, DatabaseConnection, DbBackend, DbErr, RuntimeErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
    sqlx::{ConnectOptions as _, postgres::PgConnectOptions},
};
use tokio::sync::Notify;

use super::{
    bell::{self, Bell, Listener},
    connection::{Connection, ReadConnection, Reader, Reads, Statements, WriteConnection, Writer, Writes},
    postgres,
};

/// Where the data is and how many connections may be open.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// `sqlite://path` or `postgres://…`; may hold a password and is therefore never printed.
    pub url: secrecy::SecretString,
    /// The most connections that serve reads (SQLite) or everything (PostgreSQL).
    pub connections: u32,
    /// How long an operation waits for a free connection.
    pub acquire_timeout: Duration,
    /// How long PostgreSQL may work on one statement.
    pub statement_timeout: Duration,
}

/// The database of the service.
///
/// On SQLite there is one writing connection, whose transactions begin as immediate ones, and several that only
/// read; on PostgreSQL one pool serves both, and few connections beside it are opened while the tables are migrated.
#[derive(Clone, Debug)]
pub struct Database {
    reader: Reader,
    writer: DatabaseConnection,
    bell: Bell,
    /// Calls the runner of jobs of this process.
    runner: Arc<Notify>,
    /// The most connections that serve reads.
    connections: u32,
}

/// The most connections beside those that serve operations.
const FOR_MIGRATION: u32 = 2;

impl Database {
    /// Connects; makes the SQLite file (and its folder) when there is none.
    ///
    /// # Errors
    /// When the address is not understood or nothing answers there.
    pub async fn connect(settings: &DatabaseSettings) -> Result<Self, DbErr> {
        use secrecy::ExposeSecret;
        let url = settings.url.expose_secret();
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let statement_timeout = settings.statement_timeout.as_millis().to_string();
            let with_limits = move |options: PgConnectOptions| {
                options
                    .application_name("customer-graph")
                    .statement_cache_capacity(256)
                    .disable_statement_logging()
                    .options([
                        ("statement_timeout", statement_timeout.as_str()),
                        ("lock_timeout", "5000"),
                        ("idle_in_transaction_session_timeout", "30000"),
                        ("jit", "off"),
                    ])
            };
            let options: PgConnectOptions = url
                .parse()
                .map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))))?;
            let pool = postgres::Pool::new(with_limits(options), settings.connections, settings.acquire_timeout);
            let mut options = ConnectOptions::new(url.to_owned());
            options
                .max_connections(FOR_MIGRATION)
                .idle_timeout(Duration::from_secs(10))
                .acquire_timeout(settings.acquire_timeout)
                .connect_timeout(settings.acquire_timeout)
                .test_before_acquire(false)
                .sqlx_logging(false)
                .map_sqlx_postgres_opts(with_limits);
            return Ok(Self {
                reader: Reader::Postgres(pool),
                writer: sea_orm::Database::connect(options).await?,
                bell: Bell::default(),
                runner: Arc::default(),
                connections: settings.connections,
            });
        }
        if let Some(file) = sqlite_path(url) {
            make_for_owner_alone(&file)
                .map_err(|error| DbErr::Custom(format!("The file of the database cannot be made: {error}.")))?;
        }
        let options = |connections: u32, read_only: bool| {
            let mut options = ConnectOptions::new(url.to_owned());
            options
                .max_connections(connections)
                .min_connections(1)
                .acquire_timeout(settings.acquire_timeout)
                .test_before_acquire(false)
                .sqlx_logging(false)
                .map_sqlx_sqlite_opts(move |options| {
                    let options = options
                        .create_if_missing(!read_only)
                        .foreign_keys(true)
                        .busy_timeout(Duration::from_secs(5))
                        .pragma("cache_size", "-32768")
                        .pragma("temp_store", "memory")
                        .statement_cache_capacity(256);
                    if read_only {
                        options.pragma("query_only", "on")
                    } else {
                        options.pragma("journal_mode", "wal").pragma("synchronous", "full")
                    }
                });
            options
        };
        let writer = sea_orm::Database::connect(options(1, false)).await?;
        let connections = settings.connections.clamp(1, 16);
        let reader = sea_orm::Database::connect(options(connections, true)).await?;
        Ok(Self {
            reader: Reader::Sqlite(reader),
            writer,
            bell: Bell::default(),
            runner: Arc::default(),
            connections,
        })
    }

    /// Which of the two databases this is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        match self.reader {
            Reader::Sqlite(_) => DbBackend::Sqlite,
            Reader::Postgres(_) => DbBackend::Postgres,
        }
    }

    /// How many may read at once of those who are told what others have done: half as many as there are connections, so
    /// that the others are left to those who wait for an answer.
    #[must_use]
    pub fn connections_for_hearings(&self) -> usize {
        usize::try_from(self.connections / 2).unwrap_or(1).max(1)
    }

    /// A connection that only reads, counting into `statements`.
    #[must_use]
    pub fn reader(&self, statements: &Statements) -> ReadConnection {
        Connection {
            inner: Reads(self.reader.clone()),
            statements: statements.clone(),
        }
    }

    /// The connection that migrations run on.
    #[must_use]
    pub fn for_migration(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Begins a transaction that writes.
    pub(super) async fn begin(&self, statements: &Statements) -> Result<WriteConnection, DbErr> {
        let inner = match &self.reader {
            Reader::Sqlite(_) => {
                let options = TransactionOptions {
                    sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                    ..TransactionOptions::default()
                };
                Writer::Sqlite(self.writer.begin_with_options(options).await?)
            }
            Reader::Postgres(pool) => Writer::Postgres(pool.begin().await?),
        };
        Ok(Connection {
            inner: Writes(inner),
            statements: statements.clone(),
        })
    }

    /// Tells those who read the outbox, in this process and in others, that events were committed.
    pub(super) fn ring(&self) {
        self.bell.ring(match &self.reader {
            Reader::Sqlite(_) => None,
            Reader::Postgres(pool) => Some(pool),
        });
    }

    /// Calls the runner of this process to look at the queue of jobs.
    pub(super) fn call_runner(&self) {
        self.runner.notify_one();
    }

    /// The calls for the runner; one is not lost when nobody waits.
    #[must_use]
    pub fn runner_calls(&self) -> Arc<Notify> {
        Arc::clone(&self.runner)
    }

    /// Hears when events are committed, in this process alone when others cannot be heard: then with the reason.
    pub async fn listen(&self) -> (Listener, Option<DbErr>) {
        let mut listener = self.bell.hear();
        let Reader::Postgres(pool) = &self.reader else {
            return (listener, None);
        };
        match pool.listener(bell::CHANNEL).await {
            Ok(others) => {
                listener.others = Some(others);
                (listener, None)
            }
            Err(error) => (listener, Some(error)),
        }
    }

    /// Does the database answer?
    ///
    /// # Errors
    /// What the database, or the lack of one, answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        match &self.reader {
            Reader::Sqlite(connection) => connection.ping().await,
            Reader::Postgres(pool) => pool.ping().await,
        }
    }

    /// Closes every connection, letting running statements finish.
    ///
    /// # Errors
    /// What the driver answers.
    pub async fn close(&self) -> Result<(), DbErr> {
        match &self.reader {
            Reader::Sqlite(connection) => connection.close_by_ref().await?,
            Reader::Postgres(pool) => pool.close().await,
        }
        self.writer.close_by_ref().await
    }
}

/// Makes the file of a database with its folder, when there is none. Customers' data is nobody else's; what SQLite
/// keeps beside the file has the same permissions.
fn make_for_owner_alone(file: &Path) -> std::io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// The path in a SQLite address.
pub(crate) fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest).split('?').next()?;
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}
