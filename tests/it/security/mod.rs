//! What nobody may do: see what is not theirs, break the service with input, or leave half a batch behind.

mod access_matrix;
mod attacks;
mod bad_input;
mod floor;
mod graph;
pub(crate) mod kill;
mod personal_data;
mod relatives;
pub(crate) mod samples;
mod strangers;
pub(crate) mod world;

use crate::harness::TestApp;

/// Where whoever is refused may leave a trace: how often somebody tried.
const TRACES: [&str; 1] = ["rate_limit"];

/// How many rows each table has.
async fn counts(app: &TestApp) -> Vec<(String, i64)> {
    let mut counts = Vec::new();
    for table in entity::tables().into_iter().map(|table| table.name) {
        if !TRACES.contains(&table.as_str()) {
            let count = app.count(&table).await;
            counts.push((table, count));
        }
    }
    counts
}
