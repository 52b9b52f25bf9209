//! Brings the tables to what this program knows, and back.
//!
//! All steps of a run are one transaction on both databases: it succeeds, or nothing has happened. On PostgreSQL an
//! advisory lock lets one instance migrate while others that start at the same time wait; on SQLite the write lock
//! does.

use std::collections::HashSet;

use migration::{IntoSchemaManagerConnection, Migrator, MigratorTrait, SchemaManager};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

use crate::{
    features::webhook,
    work::{Database, outbox},
};

/// Names the lock among those of other programs on the same server: "cusgraph" in ASCII.
const LOCK: i64 = 0x6375_7367_7261_7068;

/// Where the steps that were taken are noted.
const TABLE: &str = "seaql_migrations";

/// Why the tables were not migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer version of the program has been here.
    #[error(
        "The database was migrated by a newer version of customer-graph: this one does not know {}. Run that version \
         or a newer one.", .0.join(", ")
    )]
    Newer(Vec<String>),
    /// What the database answered.
    #[error("The tables could not be migrated: {0}")]
    Database(#[from] DbErr),
}

/// A step of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name, which begins with its date.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// Takes every step that the database does not have yet; answers with their names.
///
/// # Errors
/// When a newer version has been here, and what the database answers.
pub async fn up(database: &Database) -> Result<Vec<String>, MigrateError> {
    let transaction = begin(database).await?;
    let pending = names(&steps(&transaction).await?, false);
    Migrator::up(&transaction, None).await?;
    if outbox::forget_transactions_of_another_server(&transaction).await? {
        webhook::service::forget_places(&transaction).await?;
        tracing::info!("the database comes from another server: events are read in the order of their positions");
    }
    transaction.commit().await?;
    Ok(pending)
}

/// Takes back the newest steps; answers with their names, the newest first.
///
/// # Errors
/// When a newer version has been here, and what the database answers.
pub async fn down(database: &Database, count: u32) -> Result<Vec<String>, MigrateError> {
    let transaction = begin(database).await?;
    let mut applied = names(&steps(&transaction).await?, true);
    applied.reverse();
    applied.truncate(count as usize);
    Migrator::down(&transaction, Some(count)).await?;
    transaction.commit().await?;
    Ok(applied)
}

/// Every step, the oldest first. Changes nothing.
///
/// # Errors
/// When a newer version has been here, and what the database answers.
pub async fn status(database: &Database) -> Result<Vec<Step>, MigrateError> {
    steps(database.for_migration()).await
}

async fn begin(database: &Database) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = database.for_migration().begin_with_options(options).await?;
    if database.backend() == DbBackend::Postgres {
        // Another instance may need a while, and so may a large table.
        for sql in [
            "set local lock_timeout = 0",
            "set local statement_timeout = 0",
            "set local idle_in_transaction_session_timeout = 0",
        ] {
            transaction.execute_unprepared(sql).await?;
        }
        let lock =
            Statement::from_sql_and_values(DbBackend::Postgres, "select pg_advisory_xact_lock($1)", [LOCK.into()]);
        transaction.execute_raw(lock).await?;
    }
    Ok(transaction)
}

async fn steps<C>(db: &C) -> Result<Vec<Step>, MigrateError>
where
    C: ConnectionTrait,
    for<'a> &'a C: IntoSchemaManagerConnection<'a>,
{
    let mut applied = HashSet::new();
    if SchemaManager::new(db).has_table(TABLE).await? {
        let select = Statement::from_string(db.get_database_backend(), format!("select version from {TABLE}"));
        for row in db.query_all_raw(select).await? {
            applied.insert(row.try_get::<String>("", "version")?);
        }
    }
    let steps: Vec<Step> = Migrator::migrations()
        .iter()
        .map(|migration| Step {
            name: migration.name().to_owned(),
            applied: applied.contains(migration.name()),
        })
        .collect();
    let mut unknown: Vec<String> = applied
        .into_iter()
        .filter(|version| !steps.iter().any(|step| step.name == *version))
        .collect();
    if unknown.is_empty() {
        return Ok(steps);
    }
    unknown.sort_unstable();
    Err(MigrateError::Newer(unknown))
}

fn names(steps: &[Step], applied: bool) -> Vec<String> {
    steps
        .iter()
        .filter(|step| step.applied == applied)
        .map(|step| step.name.clone())
        .collect()
}
