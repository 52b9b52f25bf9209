//! Customer groups and who is in them.

mod customer_group_bulk;
mod customer_group_create;
mod customer_group_delete;
mod customer_group_update;
mod edges;
mod group_memberships;
mod queries;
mod races;
mod scope;

use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

/// Creates a group and answers its id.
async fn group(app: &TestApp, admin: &Persona, name: &str) -> String {
    let answer = app
        .ask(
            admin,
            "mutation($input: CustomerGroupCreateInput!) {
               customerGroupCreate(input: $input) { customerGroup { id } userErrors { code } }
             }",
            json!({ "input": { "name": name } }),
        )
        .await;
    text(&answer.data()["customerGroupCreate"]["customerGroup"]["id"])
}

/// Creates customers and answers their ids.
async fn customers(app: &TestApp, admin: &Persona, count: usize) -> Vec<String> {
    let rows: Vec<Value> = (0..count)
        .map(|number| json!({ "email": format!("customer{number}@example.com"), "firstName": format!("{number:03}") }))
        .collect();
    let answer = app
        .ask(
            admin,
            "mutation($input: CustomerBulkCreateInput!) {
               customerBulkCreate(input: $input) { results { customer { id } } userErrors { code } }
             }",
            json!({ "input": { "customers": rows } }),
        )
        .await;
    list(&answer.data()["customerBulkCreate"]["results"])
        .iter()
        .map(|row| text(&row["customer"]["id"]))
        .collect()
}

/// Adds customers to a group.
async fn add(app: &TestApp, admin: &Persona, group: &str, customers: &[String]) {
    let answer = app
        .ask(
            admin,
            "mutation($input: GroupMembersChangeInput!) {
               groupMembersChange(input: $input) { userErrors { code path } }
             }",
            json!({ "input": { "groupId": group, "add": customers } }),
        )
        .await;
    assert_eq!(answer.data()["groupMembersChange"]["userErrors"], json!([]));
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// A well-formed id that names nothing.
fn nobody(prefix: &str) -> String {
    format!("{prefix}_00000000000000000000000000")
}
