//! Writes the population into an empty database, in batches, with bounded memory.
//!
//! This is the one writer beside the unit of work, and only of a past that nobody has lived through: the rows get no
//! timeline entries and no outbox events, because nobody made the changes and nobody waits to be told about them.

use entity::{
    address, channel, customer, customer_group, customer_group_member, order_activity, order_line, order_link,
    organization, organization_member, organization_member_role, organization_unit,
};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Iterable,
    PaginatorTrait, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::mpsc;

use super::{
    people::{self, organizations, population},
    rows::{self, Batch, customer_id},
};
use crate::{features::order::recount, work::Database};

/// How many customers are made at once.
const BATCH: usize = 1_000;

/// How many batches are written in one transaction.
const BATCHES_PER_TRANSACTION: usize = 5;

/// How many values one statement may hold: fewer than SQLite (32,766) and PostgreSQL (65,535) take.
const VALUES: usize = 16_000;

/// Why the population was not written.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// Somebody's data is there.
    #[error("There are customers in the database already. Take an empty one.")]
    NotEmpty,
    /// What the database answered.
    #[error("The customers could not be written: {0}")]
    Database(#[from] DbErr),
}

/// How many rows were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Customers.
    pub customers: usize,
    /// Addresses.
    pub addresses: usize,
    /// Orders.
    pub orders: usize,
    /// Lines of orders.
    pub lines: usize,
    /// Organizations.
    pub organizations: usize,
    /// All rows of all tables.
    pub rows: usize,
}

/// Writes a population; `progress` is told how many customers have been written.
///
/// # Errors
/// [`FillError::NotEmpty`] when there are customers already, and what the database answers.
pub async fn fill(
    database: &Database,
    seed: u64,
    customers: usize,
    progress: impl Fn(usize),
) -> Result<Filled, FillError> {
    let mut writer = Writer {
        database,
        filled: Filled::default(),
    };
    if customer::Entity::find().count(database.for_migration()).await? > 0 {
        return Err(FillError::NotEmpty);
    }
    let transaction = writer.begin().await?;
    writer.insert::<channel::Entity>(&transaction, rows::channels()).await?;
    writer
        .insert::<customer_group::Entity>(&transaction, rows::groups())
        .await?;
    transaction.commit().await?;
    writer.organizations(seed, customers).await?;
    writer.customers(seed, customers, &progress).await?;
    writer.members(seed, customers).await?;
    recount(database.for_migration()).await?;
    // Without it, the planner knows nothing about the tables until the database looks at them by itself.
    database.for_migration().execute_unprepared("analyze").await?;
    Ok(writer.filled)
}

struct Writer<'a> {
    database: &'a Database,
    filled: Filled,
}

impl Writer<'_> {
    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.database.for_migration().begin_with_options(options).await
    }

    /// Organizations with their root units.
    async fn organizations(&mut self, seed: u64, customers: usize) -> Result<(), DbErr> {
        let mut stream = organizations(seed, customers);
        loop {
            let (organizations, roots): (Vec<_>, Vec<_>) = stream
                .by_ref()
                .take(BATCH)
                .map(|each| rows::organization(&each))
                .unzip();
            if organizations.is_empty() {
                return Ok(());
            }
            self.filled.organizations += organizations.len();
            let transaction = self.begin().await?;
            self.insert::<organization::Entity>(&transaction, organizations).await?;
            self.insert::<organization_unit::Entity>(&transaction, roots).await?;
            transaction.commit().await?;
        }
    }

    /// Customers with what belongs to them. One thread makes the next rows while these are written.
    async fn customers(&mut self, seed: u64, customers: usize, progress: &impl Fn(usize)) -> Result<(), DbErr> {
        let (send, mut receive) = mpsc::channel::<Batch>(2);
        let making = tokio::task::spawn_blocking(move || {
            let mut stream = population(seed, customers).peekable();
            while stream.peek().is_some() {
                let mut batch = Batch::default();
                stream.by_ref().take(BATCH).for_each(|person| batch.add(&person));
                if send.blocking_send(batch).is_err() {
                    // Nobody writes any more.
                    return;
                }
            }
        });
        let mut more = true;
        while more {
            let transaction = self.begin().await?;
            for _ in 0..BATCHES_PER_TRANSACTION {
                let Some(batch) = receive.recv().await else {
                    more = false;
                    break;
                };
                self.write(&transaction, batch).await?;
                progress(self.filled.customers);
            }
            transaction.commit().await?;
        }
        making.await.map_err(|error| DbErr::Custom(error.to_string()))
    }

    async fn write(&mut self, db: &DatabaseTransaction, batch: Batch) -> Result<(), DbErr> {
        self.filled.customers += batch.customers.len();
        self.filled.addresses += batch.addresses.len();
        self.filled.orders += batch.orders.len();
        self.filled.lines += batch.lines.len();
        self.insert::<customer::Entity>(db, batch.customers).await?;
        self.insert::<address::Entity>(db, batch.addresses).await?;
        self.insert::<customer_group_member::Entity>(db, batch.memberships)
            .await?;
        self.insert::<order_link::Entity>(db, batch.orders).await?;
        self.insert::<order_line::Entity>(db, batch.lines).await?;
        self.insert::<order_activity::Entity>(db, batch.activities).await
    }

    /// Who belongs to which organization; last, because members may come anywhere in the population.
    async fn members(&mut self, seed: u64, customers: usize) -> Result<(), DbErr> {
        let mut stream = organizations(seed, customers);
        loop {
            let mut members = Vec::new();
            let mut roles = Vec::new();
            for organization in stream.by_ref().take(BATCH) {
                let ids: Vec<_> = organization
                    .members
                    .iter()
                    .map(|member| customer_id(&people::customer(seed, member.customer, customers)))
                    .collect();
                for (member, role) in rows::members(&organization, &ids) {
                    members.push(member);
                    roles.push(role);
                }
            }
            if members.is_empty() {
                return Ok(());
            }
            let transaction = self.begin().await?;
            self.insert::<organization_member::Entity>(&transaction, members)
                .await?;
            self.insert::<organization_member_role::Entity>(&transaction, roles)
                .await?;
            transaction.commit().await?;
        }
    }

    /// Inserts rows, as many in a statement as it may hold.
    async fn insert<E>(&mut self, db: &DatabaseTransaction, rows: Vec<E::Model>) -> Result<(), DbErr>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: ActiveModelTrait<Entity = E>,
    {
        self.filled.rows += rows.len();
        let columns = E::Column::iter().count();
        let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
        while rows.peek().is_some() {
            E::insert_many(rows.by_ref().take(VALUES / columns))
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }
}
