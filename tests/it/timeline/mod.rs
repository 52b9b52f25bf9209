//! What was done, and a customer as they were.

mod as_of;
mod entries;
mod floor;
mod support;
mod verify;

use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

/// The entries of a customer's timeline, as somebody sees them.
async fn entries(app: &TestApp, persona: &Persona, customer: &str, filter: Value) -> Vec<Value> {
    let query = "query($id: ID!, $where: TimelineEntryWhere) { customer(id: $id) { timeline(where: $where, first: 100) { totalCount nodes {
        id type at actor { type id } impersonator { id } reason requestId objectId hash previousHash changes { objectId path before after }
    } } } }";
    let answer = app
        .ask(persona, query, json!({ "id": customer, "where": filter }))
        .await;
    let timeline = &answer.data()["customer"]["timeline"];
    let nodes = timeline["nodes"].as_array().unwrap();
    assert_eq!(timeline["totalCount"], nodes.len());
    nodes.clone()
}

fn types(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["type"].as_str().unwrap()).collect()
}

/// Runs a mutation that has to succeed and answers its payload.
async fn run(app: &TestApp, persona: &Persona, mutation: &str, input: Value, selection: &str) -> Value {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code path }} }} }}"
    );
    let answer = app.ask(persona, &query, json!({ "input": input })).await;
    assert_eq!(answer.user_errors(mutation), [""; 0], "{:#}", answer.body);
    answer.data()[mutation].clone()
}
