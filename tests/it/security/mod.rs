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

/// The tables in which a request may write. (`rate_limit` counts what was tried, also in vain.)
const TABLES: &[&str] = &[
    "customer",
    "address",
    "customer_group",
    "customer_group_member",
    "organization",
    "organization_unit",
    "organization_member",
    "organization_role",
    "organization_member_role",
    "organization_member_unit",
    "order_link",
    "order_line",
    "channel",
    "auth_identity",
    "provider_identity",
    "passkey",
    "mfa_factor",
    "recovery_code",
    "session",
    "account_token",
    "mail",
    "timeline_entry",
    "outbox_event",
    "idempotency_record",
    "staff_user",
    "role",
    "role_parent",
    "role_assignment",
    "api_key",
];

/// How many rows each table has.
async fn counts(app: &TestApp) -> Vec<(&'static str, i64)> {
    let mut counts = Vec::new();
    for table in TABLES {
        counts.push((*table, app.count(table).await));
    }
    counts
}
