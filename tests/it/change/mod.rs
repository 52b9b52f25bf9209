//! The change feed, how long its events are kept, and readers whose cursors are kept.

mod feed;
mod late;
mod reader;
mod retention;

use std::sync::OnceLock;

use customer_graph::{
    auth::SigningKeys,
    background::Housekeeper,
    work::{Record, Topic, UnitOfWork},
};
use sea_orm::entity::prelude::Uuid;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::harness::{Answer, Persona, Setup, TestApp};

/// Processes that belong together have one key.
fn setup() -> Setup {
    static KEY: OnceLock<SecretString> = OnceLock::new();
    Setup {
        signing_key: Some(KEY.get_or_init(|| SigningKeys::generate().unwrap()).clone()),
        ..Setup::default()
    }
}

const CHANGES: &str = "query($first: Int, $after: String, $topics: [String!], $fromNow: Boolean) {
    changes(first: $first, after: $after, topics: $topics, fromNow: $fromNow) {
        nodes { id topic at actor { type id } impersonator { id } objectId objectVersion subjectId changedPaths requestId }
        edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

async fn ask(app: &TestApp, persona: &Persona, variables: Value) -> Answer {
    app.ask(persona, CHANGES, variables).await
}

/// Asks for a page, which there has to be.
async fn page(app: &TestApp, persona: &Persona, variables: Value) -> Value {
    ask(app, persona, variables).await.data()["changes"].clone()
}

fn end(page: &Value) -> Value {
    assert!(page["pageInfo"]["endCursor"].is_string(), "{page:#}");
    page["pageInfo"]["endCursor"].clone()
}

fn versions(page: &Value) -> Vec<i64> {
    let nodes = page["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["objectVersion"].as_i64().unwrap())
        .collect()
}

/// An event about a customer whom nobody knows.
fn record(topic: &'static str, version: i32) -> Record {
    Record {
        topic: Topic(topic),
        subject: Uuid::from_u128(7),
        begins: false,
        object: "cus_00000000000000000000000007".to_owned(),
        version,
        changes: Vec::new(),
    }
}

/// Writes an event and nothing else.
async fn write(app: &TestApp, topic: &'static str, version: i32) {
    app.write(async |unit: &mut UnitOfWork| {
        unit.record(record(topic, version));
        Ok(())
    })
    .await;
}

async fn sweep(app: &TestApp) -> u64 {
    Housekeeper::new(app.app.parts.clone()).sweep().await.unwrap()
}

/// The code and the reason of a refusal.
fn refusal(answer: &Answer) -> Value {
    let error = &answer.body["errors"][0]["extensions"];
    json!([error["code"], error["reason"]])
}
