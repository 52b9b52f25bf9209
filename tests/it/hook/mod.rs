//! Hooks before and after mutations.

mod after;
mod before;
mod change;
mod denied;

use axum::response::Response;
use customer_graph::standard_webhooks::{read, signature};
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Persona, TestApp},
    provider::server::{self, Asked, Server},
};

/// Makes a hook; answers its id and its secret.
pub(crate) async fn make(app: &TestApp, admin: &Persona, input: Value) -> (String, String) {
    let answer = upsert(app, admin, input).await;
    let payload = &answer.data()["hookUpsert"];
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&payload["hook"]["id"]), text(&payload["secret"]))
}

async fn upsert(app: &TestApp, persona: &Persona, input: Value) -> Answer {
    let query = "mutation($input: HookUpsertInput!) { hookUpsert(input: $input) {
      hook { id point mutation url timeoutMilliseconds onFailure position isEnabled version } secret
      userErrors { code path message } dryRun { events }
    } }";
    app.ask(persona, query, json!({ "input": input })).await
}

/// A hook before `customerCreate` at this address.
pub(crate) fn before(url: &str, on_failure: &str) -> Value {
    json!({ "point": "BEFORE", "mutation": "customerCreate", "url": url, "onFailure": on_failure, "timeoutMilliseconds": 300 })
}

const CREATE: &str = "mutation($input: CustomerCreateInput!) {
  customerCreate(input: $input) { customer { id firstName lastName email } userErrors { code path message } dryRun { events } }
}";

async fn create(app: &TestApp, persona: &Persona, input: Value) -> Answer {
    app.ask(persona, CREATE, json!({ "input": input })).await
}

/// A server that answers this JSON to everybody.
async fn answering(answer: Value) -> Server {
    Server::start(move |_, _| server::json(&answer)).await
}

/// What was asked, as JSON.
fn body(asked: &Asked) -> Value {
    serde_json::from_str(&asked.body).unwrap()
}

/// Whether the request is signed with the secret.
fn is_signed(asked: &Asked, secret: &str) -> bool {
    let header = |name: &str| asked.headers[name].to_str().unwrap().to_owned();
    let timestamp = header("webhook-timestamp").parse().unwrap();
    header("webhook-signature") == signature(&read(secret), &header("webhook-id"), timestamp, &asked.body)
}

fn status(status: u16) -> Response {
    server::status(status)
}

/// Where somebody takes every connection and says nothing.
pub(crate) async fn silent() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut taken = Vec::new();
        while let Ok(connection) = listener.accept().await {
            taken.push(connection);
        }
    });
    url
}
