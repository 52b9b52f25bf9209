//! Orders that are given to other customers.

mod access;
mod ask;
mod decide;
mod lists;
mod model;
mod persons;
mod races;
mod time;

use std::time::Duration;

use entity::id::{CustomerId, OrderLinkId, PrefixedId};
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Persona, TestApp},
    order,
};

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const TRANSFER: &str =
    "orderTransfer { id state version updateEmail order { id } from { id } to { id } requestedBy { type id } }";

/// Runs a mutation about transfers.
pub(crate) async fn run(app: &TestApp, persona: &Persona, mutation: &str, input: Value) -> Answer {
    let (kind, more) = match mutation {
        "orderTransferAccept" | "orderTransferDecline" => ("OrderTransferDecideInput", "state"),
        "orderTransferRequest" => ("OrderTransferRequestInput", "dryRun { events }"),
        "orderTransferResend" => ("OrderTransferResendInput", "dryRun { events }"),
        _ => ("OrderTransferCancelInput", "dryRun { events }"),
    };
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {TRANSFER} {more} userErrors {{ code path message }} }} }}"
    );
    app.ask(persona, &query, json!({ "input": input })).await
}

/// Runs one that has to succeed, and gives its payload.
#[track_caller]
pub(crate) fn done(answer: &Answer, mutation: &str) -> Value {
    let payload = &answer.data()[mutation];
    assert_eq!(payload["userErrors"], json!([]), "{:#}", answer.body);
    payload.clone()
}

/// Makes an order with these fields and gives the id of its link.
pub(crate) async fn order_of(app: &TestApp, number: &str, fields: Value) -> String {
    let admin = app.admin().await;
    let mut fields = fields;
    if fields.get("displayId").is_none() {
        fields["displayId"] = json!(format!("#{number}"));
    }
    let (_, link) = order::link(app, &admin, order::row(number, fields)).await;
    link["id"].as_str().unwrap().to_owned()
}

/// Changes what the source says about an order.
pub(crate) async fn source_says(app: &TestApp, number: &str, fields: Value) {
    let admin = app.admin().await;
    order::link(app, &admin, order::row(number, fields)).await;
}

/// Staff ask for an order for a customer; gives the id of the transfer.
pub(crate) async fn asked(app: &TestApp, link: &str, to: &Persona) -> String {
    let admin = app.admin().await;
    let input = json!({ "orderLinkId": link, "toCustomerId": to.id() });
    let answer = run(app, &admin, "orderTransferRequest", input).await;
    let transfer = &done(&answer, "orderTransferRequest")["orderTransfer"];
    transfer["id"].as_str().unwrap().to_owned()
}

/// The token in the newest mail by which somebody at this address is asked for an order, or otherwise written to.
pub(crate) async fn token(app: &TestApp, address: &str) -> String {
    let letters = app.letters(address).await;
    let newest = letters
        .iter()
        .find(|letter| letter.letter.text.contains("/order-transfer#"));
    TestApp::token_in(newest.map_or(&letters[..], std::slice::from_ref))
}

/// What an order and a transfer are like now, as staff see them.
pub(crate) async fn seen(app: &TestApp, link: &str, transfer: &str) -> Value {
    let query = "query($link: ID!, $transfer: ID!) {
      orderLink(id: $link) { email customer { id } version activeTransfer { id } }
      node(id: $transfer) { ... on OrderTransfer {
        state version from { id } to { id } reason requestedBy { type id } notification { state attempts } decidedAt expiresAt
      } }
    }";
    let admin = app.admin().await;
    let answer = app
        .ask(&admin, query, json!({ "link": link, "transfer": transfer }))
        .await;
    answer.data().clone()
}

/// The state of a transfer.
pub(crate) async fn state(app: &TestApp, link: &str, transfer: &str) -> String {
    seen(app, link, transfer).await["node"]["state"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Who owns an order; null for nobody.
pub(crate) async fn owner(app: &TestApp, link: &str) -> Value {
    let admin = app.admin().await;
    let query = "query($id: ID!) { orderLink(id: $id) { customer { id } } }";
    let answer = app.ask(&admin, query, json!({ "id": link })).await;
    answer.data()["orderLink"]["customer"]["id"].clone()
}

/// The topics about orders that were told of this customer or link, in their order: timeline and outbox say the same.
pub(crate) async fn told(app: &TestApp, subject: &str) -> Vec<String> {
    let id = CustomerId::parse(subject).map_or_else(|_| OrderLinkId::parse(subject).unwrap().uuid(), PrefixedId::uuid);
    let id = app.uuid(id);
    let entries = format!("timeline_entry where subject_id = {id} and type like 'order.%'");
    let events = format!("outbox_event where subject_id = {id} and topic like 'order.%'");
    let (entries, events) = (app.column(&entries, "type").await, app.column(&events, "topic").await);
    assert_eq!(entries, events);
    entries
}

/// Shuts a customer out.
pub(crate) async fn shut_out(app: &TestApp, customer: &str) {
    let admin = app.admin().await;
    let query =
        "mutation($id: ID!) { customerStatusSet(input: { id: $id, status: DISABLED }) { userErrors { code } } }";
    let answer = app.ask(&admin, query, json!({ "id": customer })).await;
    assert_eq!(answer.user_errors("customerStatusSet"), Vec::<&str>::new());
}

/// What the orders of a customer add up to and what happened to them, as staff see it.
async fn sums(app: &TestApp, customer: &str) -> Value {
    let query = "query($id: ID!) { customer(id: $id) {
      orderStats { orderCount returnedOrderCount returnRate byCurrency { currencyCode orderCount returnedOrderCount spent { amount } refunded { amount } } }
      activities { nodes { kind externalId order { orderId customer { id } } } totalCount }
    } }";
    let admin = app.admin().await;
    let answer = app.ask(&admin, query, json!({ "id": customer })).await;
    answer.data()["customer"].clone()
}

/// What is kept of all orders is what anybody would count, the database too.
async fn check_recount(app: &TestApp, what: &str) {
    let kept = order::Tables::read(app).await;
    order::assert_sums(&kept, what);
    customer_graph::features::order::recount(app.app.parts.database.for_migration())
        .await
        .unwrap();
    let counted = order::Tables::read(app).await;
    assert_eq!((kept.sums, kept.links), (counted.sums, counted.links), "{what}");
}
