//! The change feed, how long its events are kept, and readers whose cursors are kept.

mod feed;
mod late;
mod reader;
mod retention;

use std::{sync::OnceLock, time::Duration};

use customer_graph::{
    auth::SigningKeys,
    work::{Record, Topic, UnitOfWork},
};
use sea_orm::entity::prelude::Uuid;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::harness::{Answer, PATIENCE, Persona, Setup, TestApp};

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

/// Waits until everything that was committed may be read: the tests beside this one write on the same server.
pub(crate) async fn settle(app: &TestApp) {
    let held = "outbox_event where transaction_id >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
    let settling = async {
        while app.is_postgres() && app.count(held).await > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(
        tokio::time::timeout(PATIENCE, settling).await.is_ok(),
        "events are held back"
    );
}

/// Asks for a page, which there has to be, once everything may be read.
async fn page(app: &TestApp, persona: &Persona, variables: Value) -> Value {
    settle(app).await;
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
    settle(app).await;
    app.sweep().await
}

/// The code and the reason of a refusal.
fn refusal(answer: &Answer) -> Value {
    let error = &answer.body["errors"][0]["extensions"];
    json!([error["code"], error["reason"]])
}
