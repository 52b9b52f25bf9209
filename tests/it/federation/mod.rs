//! The service as a subgraph.

mod composition;
mod credential;
mod entities;
mod gateway;

use serde_json::{Value, json};

use crate::harness::{Answer, Persona, TestApp};

/// Asks for entities with all that a gateway asks for by itself.
pub(crate) async fn entities(app: &TestApp, persona: &Persona, representations: &[Value]) -> Answer {
    let query = "query($representations: [_Any!]!) { _entities(representations: $representations) {
        __typename ... on Customer { id } ... on Address { id } ... on CustomerGroup { id } ... on Organization { id } } }";
    app.ask(persona, query, json!({ "representations": representations }))
        .await
}

/// The ids of the entities, in their order.
#[track_caller]
fn ids(answer: &Answer) -> Vec<Option<&str>> {
    let entities = answer.body["data"]["_entities"].as_array();
    let entities = entities.unwrap_or_else(|| panic!("{:#}", answer.body));
    entities.iter().map(|entity| entity["id"].as_str()).collect()
}

/// What another service knows of an object with this id.
fn representation(id: &str) -> Value {
    let kind = match id.split_once('_').unwrap().0 {
        "cus" => "Customer",
        "cuaddr" => "Address",
        "cusgroup" => "CustomerGroup",
        "org" => "Organization",
        other => panic!("{other} is no entity"),
    };
    json!({ "__typename": kind, "id": id })
}
