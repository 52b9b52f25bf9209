//! Order links and channels.

mod channel;
mod customer_orders;
mod order_link;
mod order_link_upsert;

use serde_json::{Value, json};

use crate::harness::{Answer, Persona, TestApp};

pub(crate) const UPSERT: &str = "mutation($input: OrderLinkUpsertInput!) {
  orderLinkUpsert(input: $input) {
    results {
      outcome
      orderLink {
        id source orderId order { id } displayId status paymentStatus fulfillmentStatus email version sourceUpdatedAt
        customer { id } channel { handle name } total { amount currencyCode }
        lines { position title sku quantity unitPrice { amount currencyCode } discount { amount } total { amount } }
      }
      userErrors { code path message }
    }
    userErrors { code path message }
    dryRun { events changes { path before after } }
  }
}";

/// A row with what every row needs, and these fields in place of it or besides.
pub(crate) fn row(order: &str, fields: Value) -> Value {
    let mut row = json!({
        "source": "shop", "orderId": order, "status": "pending", "currencyCode": "EUR", "totalAmount": "10.00",
        "placedAt": "2026-01-01T00:00:00Z", "sourceUpdatedAt": "2026-01-01T00:00:00Z",
    });
    for (name, value) in fields.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

/// Sends rows, refusing those alone that are wrong.
pub(crate) async fn upsert(app: &TestApp, persona: &Persona, rows: Value) -> Answer {
    let input = json!({ "orders": rows, "errorPolicy": "REJECT_FAILED_ROWS" });
    app.ask(persona, UPSERT, json!({ "input": input })).await
}

/// Sends one row and gives its outcome and its link.
pub(crate) async fn link(app: &TestApp, persona: &Persona, row: Value) -> (String, Value) {
    let answer = upsert(app, persona, json!([row])).await;
    let result = &answer.data()["orderLinkUpsert"]["results"][0];
    assert_eq!(result["userErrors"], json!([]), "{}", answer.body);
    (
        result["outcome"].as_str().unwrap().to_owned(),
        result["orderLink"].clone(),
    )
}

/// The codes and paths of what is wrong with the rows.
pub(crate) fn row_errors(answer: &Answer) -> Vec<(String, String)> {
    answer.data()["orderLinkUpsert"]["results"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|result| result["userErrors"].as_array().unwrap())
        .map(|error| {
            let path: Vec<&str> = error["path"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| step.as_str().unwrap())
                .collect();
            (error["code"].as_str().unwrap().to_owned(), path.join("."))
        })
        .collect()
}

/// Makes a customer.
pub(crate) async fn customer(app: &TestApp, external_id: &str) -> String {
    let admin = app.admin().await;
    let input = json!({ "email": format!("{external_id}@example.com"), "externalId": external_id });
    let answer = app
        .ask(
            &admin,
            "mutation($input: CustomerCreateInput!) { customerCreate(input: $input) { customer { id } } }",
            json!({ "input": input }),
        )
        .await;
    answer.data()["customerCreate"]["customer"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}
