//! Connections to PostgreSQL, kept open between operations.
//!
//! The pool of the driver asks the server after every use of a connection whether it is still there, and starts a
//! task to do so: a second round trip for every statement, which was a third of the time of a small query. Here a
//! connection that has answered its statement to the end goes straight back to the others. Only one that was given up
//! in the middle, because its client went away or took too long, is tidied up by a task before anybody gets it again.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_graphql::async_trait::async_trait;
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
    sea_query::Values,
    sqlx::{
        self, AssertSqlSafe, Connection as _, Executor as _,
        postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions},
    },
};
use sea_query_sqlx::SqlxValues;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// For how long a connection is used: what a server keeps for each of them does not grow for ever.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// How long tidying up may take before the connection is closed instead.
const TIDYING: Duration = Duration::from_secs(30);

/// How long to wait before a server that does not answer is asked again.
const PAUSE: Duration = Duration::from_millis(50);

/// Connections to one PostgreSQL database.
#[derive(Clone)]
pub(super) struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    options: PgConnectOptions,
    places: Arc<Semaphore>,
    /// Fewer: units of work may wait for rows that others have locked, and what only reads shall not wait for them.
    for_transactions: Arc<Semaphore>,
    free: Mutex<Vec<Kept>>,
    acquire_timeout: Duration,
}

struct Kept {
    connection: PgConnection,
    since: Instant,
}

impl Shared {
    /// Those that nobody uses; the one that was used last is taken first.
    fn free(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, kept: Kept) {
        if kept.since.elapsed() < LIFETIME && !self.places.is_closed() {
            self.free().push(kept);
        }
    }

    async fn connect(&self) -> Result<Kept, DbErr> {
        let failed = |error: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)));
        let deadline = Instant::now() + self.acquire_timeout;
        loop {
            let given = tokio::time::timeout(self.acquire_timeout, PgConnection::connect_with(&self.options)).await;
            match given {
                Ok(Ok(connection)) => {
                    return Ok(Kept {
                        connection,
                        since: Instant::now(),
                    });
                }
                // A server that is just starting refuses.
                Ok(Err(sqlx::Error::Io(_))) if Instant::now() + PAUSE < deadline => tokio::time::sleep(PAUSE).await,
                Ok(Err(error)) => return Err(failed(error)),
                Err(_) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
            }
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pool").finish_non_exhaustive()
    }
}

impl Pool {
    pub(super) fn new(options: PgConnectOptions, connections: u32, acquire_timeout: Duration) -> Self {
        let places = usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            shared: Arc::new(Shared {
                options,
                places: Arc::new(Semaphore::new(places)),
                for_transactions: Arc::new(Semaphore::new(places - places / 4)),
                free: Mutex::default(),
                acquire_timeout,
            }),
        }
    }

    async fn lease(&self) -> Result<Lease, DbErr> {
        let shared = &self.shared;
        let place = self.place(&shared.places).await?;
        let free = shared.free().pop();
        let kept = match free {
            Some(kept) => kept,
            None => shared.connect().await?,
        };
        Ok(Lease {
            kept: Some(kept),
            shared: Arc::clone(shared),
            places: vec![place],
            busy: false,
            in_transaction: false,
        })
    }

    async fn place(&self, places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, DbErr> {
        let place = Arc::clone(places).acquire_owned();
        tokio::time::timeout(self.shared.acquire_timeout, place)
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self) -> Result<Transaction, DbErr> {
        let place = self.place(&self.shared.for_transactions).await?;
        let mut lease = self.lease().await?;
        lease.places.push(place);
        lease.in_transaction = true;
        lease.command("begin").await?;
        Ok(Transaction {
            lease: tokio::sync::Mutex::new(lease),
        })
    }

    /// Does the server answer?
    pub(super) async fn ping(&self) -> Result<(), DbErr> {
        self.lease().await?.command("").await.map(|_| ())
    }

    /// Tells whoever listens on a channel. Nothing is written by it that would have to reach the disk.
    pub(super) async fn notify(&self, channel: &'static str) -> Result<(), DbErr> {
        let sql = format!("select set_config('synchronous_commit', 'off', true), pg_notify('{channel}', '')");
        self.lease().await?.command(&sql).await.map(|_| ())
    }

    /// A connection of its own that listens on a channel, and connects again when it breaks.
    pub(super) async fn listener(&self, channel: &'static str) -> Result<PgListener, DbErr> {
        let failed = |error: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)));
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(self.shared.acquire_timeout)
            .connect_lazy_with(self.shared.options.clone());
        let mut listener = PgListener::connect_with(&pool).await.map_err(failed)?;
        listener.listen(channel).await.map_err(failed)?;
        Ok(listener)
    }

    /// Closes every connection; those in use are closed when they come back.
    pub(super) async fn close(&self) {
        self.shared.places.close();
        self.shared.for_transactions.close();
        let free = std::mem::take(&mut *self.shared.free());
        for kept in free {
            // Whoever is not there any more need not be told.
            let _ = kept.connection.close().await;
        }
    }
}

/// A connection that is used by one operation alone.
struct Lease {
    kept: Option<Kept>,
    shared: Arc<Shared>,
    places: Vec<OwnedSemaphorePermit>,
    /// Whether a statement is under way.
    busy: bool,
    in_transaction: bool,
}

impl Lease {
    /// Lets a statement run. One that ends leaves the connection as it should be, unless the connection is broken.
    async fn run<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
        failed: fn(RuntimeErr) -> DbErr,
    ) -> Result<T, DbErr> {
        let Some(kept) = &mut self.kept else {
            return Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed));
        };
        self.busy = true;
        let given = run(&mut kept.connection).await;
        self.busy = false;
        given.map_err(|error| {
            if is_broken(&error) {
                self.kept = None;
                // What broke this one, such as a server that was started anew, has broken the others, too.
                self.shared.free().clear();
            }
            failed(RuntimeErr::SqlxError(Arc::new(error)))
        })
    }

    async fn rows(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let run = async |connection: &mut PgConnection| {
            let rows = connection.fetch_all(query(statement)).await?;
            Ok(rows.into_iter().map(QueryResult::from).collect())
        };
        self.run(run, DbErr::Query).await
    }

    async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        let run = async |connection: &mut PgConnection| connection.execute(query(statement)).await;
        self.run(run, DbErr::Exec).await.map(ExecResult::from)
    }

    /// Runs a command without parameters.
    async fn command(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let sql = AssertSqlSafe(sql.to_owned());
        let run = async |connection: &mut PgConnection| connection.execute(sqlx::raw_sql(sql)).await;
        self.run(run, DbErr::Exec).await.map(ExecResult::from)
    }
}

fn query(statement: Statement) -> sqlx::query::Query<'static, sqlx::Postgres, SqlxValues> {
    let values = statement.values.unwrap_or_else(|| Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

/// Whether the connection cannot be used any more. After an error of a statement it can, unless the server says that
/// it ends the connection (class 57P of its codes).
fn is_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::RowNotFound => false,
        _ => true,
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut kept) = self.kept.take() else { return };
        if !self.busy && !self.in_transaction {
            self.shared.keep(kept);
            return;
        }
        let (shared, places, in_transaction) = (
            Arc::clone(&self.shared),
            std::mem::take(&mut self.places),
            self.in_transaction,
        );
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            let tidy = async {
                if in_transaction {
                    kept.connection.execute("rollback").await.map(|_| ())
                } else {
                    kept.connection.ping().await
                }
            };
            if let Ok(Ok(())) = tokio::time::timeout(TIDYING, tidy).await {
                shared.keep(kept);
            }
            drop(places);
        });
    }
}

/// A transaction; rolled back when it is dropped before it was committed.
pub(super) struct Transaction {
    lease: tokio::sync::Mutex<Lease>,
}

impl fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Transaction").finish_non_exhaustive()
    }
}

impl Transaction {
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        self.end("commit").await
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        self.end("rollback").await
    }

    async fn end(self, command: &str) -> Result<(), DbErr> {
        let mut lease = self.lease.into_inner();
        lease.command(command).await?;
        lease.in_transaction = false;
        Ok(())
    }
}

#[async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.lease().await?.execute(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.lease().await?.command(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.lease().await?.rows(statement).await
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.lease.lock().await.execute(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.lease.lock().await.command(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.lease.lock().await.rows(statement).await
    }
}
