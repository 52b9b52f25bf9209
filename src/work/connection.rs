//! What statements go through: counted for the operation that they serve, whichever database it is.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_graphql::async_trait::async_trait;
use entity::row::{Row, Skipped};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, ExecResult, Iterable,
    QueryResult, QuerySelect, Select, Statement, sea_query::SelectStatement,
};

use super::{dialect, postgres};

/// The connections that serve reads; on PostgreSQL writes, too.
#[derive(Clone, Debug)]
pub(super) enum Reader {
    Sqlite(DatabaseConnection),
    Postgres(postgres::Pool),
}

/// A transaction that writes.
#[derive(Debug)]
pub(super) enum Writer {
    Sqlite(DatabaseTransaction),
    Postgres(postgres::Transaction),
}

/// How many statements an operation has sent.
#[derive(Clone, Debug, Default)]
pub struct Statements(Arc<AtomicU32>);

impl Statements {
    /// The number so far, without `BEGIN` and `COMMIT`.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A connection or transaction that counts what is sent through it.
#[derive(Debug)]
pub struct Connection<C> {
    pub(super) inner: C,
    pub(super) statements: Statements,
}

/// What only reads, on either database.
#[derive(Debug)]
pub struct Reads(pub(super) Reader);

/// A transaction that writes, on either database.
#[derive(Debug)]
pub struct Writes(pub(super) Writer);

/// A connection that only reads.
pub type ReadConnection = Connection<Reads>;

/// A transaction that writes.
pub type WriteConnection = Connection<Writes>;

impl WriteConnection {
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        match self.inner.0 {
            Writer::Sqlite(transaction) => transaction.commit().await,
            Writer::Postgres(transaction) => transaction.commit().await,
        }
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        match self.inner.0 {
            Writer::Sqlite(transaction) => transaction.rollback().await,
            Writer::Postgres(transaction) => transaction.rollback().await,
        }
    }
}

/// Passes everything on to the connection of whichever database it is.
macro_rules! either_database {
    ($name:ty, $kind:ident, $inner:tt) => {
        #[async_trait]
        impl ConnectionTrait for $name {
            fn get_database_backend(&self) -> DbBackend {
                match &self.$inner {
                    $kind::Sqlite(_) => DbBackend::Sqlite,
                    $kind::Postgres(_) => DbBackend::Postgres,
                }
            }

            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                match &self.$inner {
                    $kind::Sqlite(connection) => connection.execute_raw(statement).await,
                    $kind::Postgres(connection) => connection.execute_raw(statement).await,
                }
            }

            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                match &self.$inner {
                    $kind::Sqlite(connection) => connection.execute_unprepared(sql).await,
                    $kind::Postgres(connection) => connection.execute_unprepared(sql).await,
                }
            }

            async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
                match &self.$inner {
                    $kind::Sqlite(connection) => connection.query_one_raw(statement).await,
                    $kind::Postgres(connection) => connection.query_one_raw(statement).await,
                }
            }

            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                match &self.$inner {
                    $kind::Sqlite(connection) => connection.query_all_raw(statement).await,
                    $kind::Postgres(connection) => connection.query_all_raw(statement).await,
                }
            }
        }
    };
}

either_database!(Reads, Reader, 0);
either_database!(Writes, Writer, 0);

impl<C: ConnectionTrait + Send> Connection<C> {
    /// The rows of a select of a page, which has a limit.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn page(&self, select: &SelectStatement) -> Result<Vec<QueryResult>, DbErr> {
        let statement = dialect::with_known_limits(self.get_database_backend(), select);
        self.query_all_raw(statement).await
    }

    /// The rows of a select of whole rows, read by position.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn rows<E>(&self, select: Select<E>) -> Result<Vec<E::Model>, DbErr>
    where
        E: EntityTrait,
        E::Model: Row,
    {
        self.rows_without(select, Skipped::default()).await
    }

    /// The same without some columns, in whose places there is nothing.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn rows_without<E>(&self, select: Select<E>, skipped: Skipped) -> Result<Vec<E::Model>, DbErr>
    where
        E: EntityTrait,
        E::Model: Row,
    {
        self.page(QuerySelect::query(&mut without(select, skipped)))
            .await?
            .iter()
            .map(|row| E::Model::read_without(row, 0, skipped))
            .collect()
    }
}

/// A select of whole rows without some of their columns.
pub fn without<E: EntityTrait>(select: Select<E>, skipped: Skipped) -> Select<E> {
    if skipped == Skipped::default() {
        return select;
    }
    let columns = E::Column::iter().enumerate();
    let wanted = columns
        .filter(|(place, _)| !skipped.has(*place))
        .map(|(_, column)| column);
    select.select_only().columns(wanted)
}

#[async_trait]
impl<C: ConnectionTrait + Send> ConnectionTrait for Connection<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.statements.add();
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.statements.add();
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.statements.add();
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.statements.add();
        self.inner.query_all_raw(statement).await
    }
}
