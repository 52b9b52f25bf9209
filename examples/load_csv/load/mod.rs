//! The load itself: read the files, send what they tell in bulk mutations, tell what was refused.
//!
//! Nothing is doubled when it is run again, because customers and organizations are known by their external ids and
//! orders by their source and id, and because an address is made only for a customer who has none.

mod customers;
mod formula;
mod mapping;
mod orders;
mod service;
mod table;

use std::{fmt, path::PathBuf};

use rust_decimal::Decimal;

pub use mapping::Mapping;
pub use service::Service;
use table::{Place, Table};

/// The three files.
#[derive(Debug)]
pub struct Files {
    /// One row per customer.
    pub customers: PathBuf,
    /// One row per order.
    pub orders: PathBuf,
    /// One row per line of an order.
    pub lines: PathBuf,
}

/// Who is told how far the load is, and of each row with which something is wrong.
pub trait Watcher {
    /// The next kind of rows is sent.
    fn stage(&mut self, name: &'static str, rows: usize);
    /// So many more rows were sent.
    fn advance(&mut self, rows: usize);
    /// Something to read.
    fn line(&mut self, text: &str);
}

/// Why the load broke off. What was sent until then stays, and the load can be run again.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file that cannot be read.
    #[error("{0} cannot be read: {1}")]
    File(String, String),
    /// The mapping names columns that a file does not have.
    #[error("{0} has no column {1}; the mapping names it.")]
    Column(String, String),
    /// The service does not answer, or not as it should.
    #[error("The service did not take the request: {0}")]
    Service(String),
}

/// What became of one kind of objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// New ones.
    pub created: usize,
    /// Those that were there.
    pub known: usize,
}

impl Count {
    /// One more.
    fn add(&mut self, is_created: bool) {
        if is_created {
            self.created += 1;
        } else {
            self.known += 1;
        }
    }
}

/// What became of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Customers.
    pub customers: Count,
    /// Addresses.
    pub addresses: Count,
    /// How many of the new addresses are kept against the postal rules.
    pub unchecked: usize,
    /// Organizations.
    pub organizations: Count,
    /// Orders.
    pub orders: Count,
    /// The sum of the totals of all orders.
    pub total: Decimal,
    /// How many rows, or addresses of rows, are not in.
    pub refused: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in [
            ("customers", self.customers),
            ("addresses", self.addresses),
            ("organizations", self.organizations),
            ("orders", self.orders),
        ] {
            writeln!(
                formatter,
                "{name}: {} created, {} there already",
                count.created, count.known
            )?;
        }
        writeln!(formatter, "addresses kept although unchecked: {}", self.unchecked)?;
        writeln!(formatter, "total of all orders: {}", self.total)?;
        write!(formatter, "refused: {}", self.refused)
    }
}

/// Counts, and tells the watcher.
struct Journal<'a> {
    watcher: &'a mut dyn Watcher,
    report: Report,
}

impl Journal<'_> {
    /// This is not in.
    fn refuse(&mut self, place: &Place, reason: &str) {
        self.report.refused += 1;
        self.watcher.line(&format!("refused: {place}: {reason}"));
    }

    /// The address is in, though something is wrong with it.
    fn keep_unchecked(&mut self, place: &Place, reason: &str) {
        self.report.unchecked += 1;
        self.watcher
            .line(&format!("kept with skipValidation: {place}: {reason}"));
    }

    /// The rows that could not even be read.
    fn refuse_unreadable(&mut self, table: &Table) {
        for (place, reason) in &table.unreadable {
            self.refuse(place, reason);
        }
    }
}

/// Loads the files.
///
/// # Errors
/// When a file or the service cannot be used at all; what is wrong with a row is told to the watcher.
pub async fn load(
    service: &Service,
    mapping: &Mapping,
    files: &Files,
    watcher: &mut dyn Watcher,
) -> Result<Report, LoadError> {
    // All files are read before anything is sent, so that a wrong mapping changes nothing.
    let customers = Table::read(&files.customers, &mapping.files, mapping.customer_columns())?;
    let orders = Table::read(&files.orders, &mapping.files, mapping.order_columns())?;
    let lines = Table::read(&files.lines, &mapping.files, mapping.line_columns())?;
    let mut journal = Journal {
        watcher,
        report: Report::default(),
    };
    for table in [&customers, &orders, &lines] {
        journal.refuse_unreadable(table);
    }
    let organizations = customers::load(service, mapping, &customers, &mut journal).await?;
    orders::load(service, mapping, &orders, &lines, &organizations, &mut journal).await?;
    Ok(journal.report)
}
