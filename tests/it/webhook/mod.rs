//! Webhooks.

mod access;
mod endpoint;
mod failure;
#[cfg(unix)]
mod kill;
mod order;
mod payload;
mod receiver;
mod replay;
mod signature;

use std::time::Duration;

use customer_graph::config::WebhooksConfig;
use serde_json::{Value, json};

use crate::harness::{Persona, Setup, TestApp};
use receiver::{Received, Receiver, Reply};

const CREATE: &str = "mutation($input: WebhookCreateInput!) {
  webhookCreate(input: $input) { webhookEndpoint { id secretHint state topics permissions version } secret dryRun { events } userErrors { code path message } }
}";

const UPDATE: &str = "mutation($input: WebhookUpdateInput!) {
  webhookUpdate(input: $input) { webhookEndpoint { id url description topics payloadQuery permissions state disabledReason version } userErrors { code path message } }
}";

const DELIVERIES: &str = "query($id: ID!, $state: WebhookDeliveryState) { webhookEndpoint(id: $id) {
  state disabledReason pausedUntil
  deliveries(where: { state: $state }, first: 100) { totalCount nodes { id eventId topic objectId objectVersion state attempts replay lastStatus lastError nextAttemptAt settledAt } }
} }";

/// An endpoint that was made, with its secret.
struct Endpoint {
    id: String,
    secret: String,
}

/// Makes an endpoint that is told of changes of customers, or what the input says beside.
async fn endpoint(app: &TestApp, admin: &Persona, url: &str, more: Value) -> Endpoint {
    let mut input = json!({ "url": url, "topics": ["customer.updated"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = app.ask(admin, CREATE, json!({ "input": input })).await;
    let made = &answer.data()["webhookCreate"];
    assert_eq!(made["userErrors"], json!([]), "{made}");
    Endpoint {
        id: made["webhookEndpoint"]["id"].as_str().unwrap().to_owned(),
        secret: made["secret"].as_str().unwrap().to_owned(),
    }
}

/// Changes a customer, and answers the version.
async fn change(app: &TestApp, admin: &Persona, id: &str, name: &str) -> i64 {
    let update = "mutation($id: ID!, $name: String!) { customerUpdate(input: { id: $id, firstName: $name }) { customer { version } userErrors { code } } }";
    let answer = app.ask(admin, update, json!({ "id": id, "name": name })).await;
    answer.data()["customerUpdate"]["customer"]["version"].as_i64().unwrap()
}

/// Queues what happened. What transactions of other tests on the same server hold back is waited for.
async fn queue(app: &TestApp) {
    for _ in 0..2_000 {
        let fanned_out = app.app.webhooks.fan_out().await.unwrap();
        if !fanned_out.has_more && !fanned_out.holds_back {
            return;
        }
        if fanned_out.holds_back {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    panic!("events are held back for ever");
}

/// Queues what happened, and sends what is due.
async fn drain(app: &TestApp) {
    queue(app).await;
    send(app).await;
}

/// Sends what is due.
async fn send(app: &TestApp) {
    while app.app.webhooks.deliver().await.unwrap() > 0 {}
}

/// The deliveries of an endpoint, the newest first.
async fn deliveries(app: &TestApp, admin: &Persona, id: &str, state: Option<&str>) -> Vec<Value> {
    let answer = app.ask(admin, DELIVERIES, json!({ "id": id, "state": state })).await;
    let list = &answer.data()["webhookEndpoint"]["deliveries"];
    let nodes = list["nodes"].as_array().unwrap().clone();
    assert_eq!(list["totalCount"], nodes.len());
    nodes
}

/// One that waits a short time only.
fn impatient() -> Setup {
    Setup {
        webhooks: WebhooksConfig {
            allow_private_network: true,
            timeout: Duration::from_millis(300),
            lease: Duration::from_secs(3),
            ..WebhooksConfig::default()
        },
        ..Setup::default()
    }
}

/// The versions of an object in the order in which they came.
fn versions_of(received: &[Received], object: &str) -> Vec<i64> {
    let own = received.iter().filter(|one| one.object() == object);
    own.map(Received::version).collect()
}
