//! Notes about customers.

mod notes;
mod scope;

use serde_json::{Value, json};

use crate::harness::{Answer, Persona, TestApp};

/// Runs a mutation and answers the whole answer.
async fn run(app: &TestApp, persona: &Persona, mutation: &str, input: Value) -> Answer {
    let (kind, object) = match mutation {
        "noteAdd" => ("NoteAddInput", NOTE),
        "noteUpdate" => ("NoteUpdateInput", NOTE),
        _ => ("NoteDeleteInput", "deletedNoteId"),
    };
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {object} dryRun {{ changes {{ path before after }} events }} \
         userErrors {{ code path }} }} }}"
    );
    app.ask(persona, &query, json!({ "input": input })).await
}

const NOTE: &str = "note { id body isPublic author { type id } version customer { id } }";

/// Adds a note, which has to succeed, and answers its id.
pub(crate) async fn add(app: &TestApp, persona: &Persona, customer: &str, body: &str, is_public: bool) -> String {
    let input = json!({ "customerId": customer, "body": body, "isPublic": is_public });
    let answer = run(app, persona, "noteAdd", input).await;
    assert_eq!(answer.user_errors("noteAdd"), [""; 0], "{:#}", answer.body);
    answer.data()["noteAdd"]["note"]["id"].as_str().unwrap().to_owned()
}

/// What the notes about a customer say, as somebody sees them.
async fn bodies(app: &TestApp, persona: &Persona, customer: &str) -> Vec<String> {
    let query = "query($id: ID!) { node(id: $id) { ... on Customer { notes { totalCount nodes { body } } } } }";
    let answer = app.ask(persona, query, json!({ "id": customer })).await;
    let notes = &answer.data()["node"]["notes"];
    let nodes = notes["nodes"].as_array().unwrap();
    assert_eq!(notes["totalCount"], nodes.len());
    nodes
        .iter()
        .map(|node| node["body"].as_str().unwrap().to_owned())
        .collect()
}
