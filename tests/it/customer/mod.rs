//! Customers.

mod bulk;
mod customer_create;
mod customer_delete;
mod customer_update;
mod customer_upsert;
mod fields;
mod list;
mod nested;

use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

/// Creates a customer and answers its id.
pub(crate) async fn create(app: &TestApp, admin: &Persona, input: Value) -> String {
    let query = "mutation($input: CustomerCreateInput!) { customerCreate(input: $input) { customer { id } userErrors { code path message } } }";
    let answer = app.ask(admin, query, json!({ "input": input })).await;
    answer.data()["customerCreate"]["customer"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{:#}", answer.body))
        .to_owned()
}

/// An id of the right shape that belongs to nobody.
pub(crate) const NOBODY: &str = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV";
