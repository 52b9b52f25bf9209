//! Order links and channels.

mod activity;
mod channel;
mod customer_orders;
mod delta_sync;
mod erased;
mod guest_order;
mod interleaving;
mod order_link;
mod order_link_upsert;
mod stats;

use std::collections::BTreeMap;

use entity::{order_activity, order_link as link_row, order_stats};
use sea_orm::{EntityTrait, QueryOrder};
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

pub(crate) const TELL: &str = "mutation($input: OrderActivityUpsertInput!) {
  orderActivityUpsert(input: $input) {
    results {
      outcome
      activity { id kind externalId status amount { amount currencyCode } note version order { orderId } }
      userErrors { code path message }
    }
    userErrors { code path message }
    dryRun { events changes { path before after } }
  }
}";

/// An activity with what every row needs, and these fields in place of it or besides.
pub(crate) fn activity(order: &str, kind: &str, id: &str, fields: Value) -> Value {
    let mut row = json!({
        "source": "shop", "orderId": order, "kind": kind, "externalId": id, "status": "done",
        "occurredAt": "2026-01-05T00:00:00Z", "sourceUpdatedAt": "2026-01-05T00:00:00Z",
    });
    for (name, value) in fields.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

/// Tells of activities, refusing those alone that are wrong.
pub(crate) async fn tell(app: &TestApp, persona: &Persona, rows: Value) -> Answer {
    let input = json!({ "activities": rows, "errorPolicy": "REJECT_FAILED_ROWS" });
    app.ask(persona, TELL, json!({ "input": input })).await
}

/// Tells of one activity and gives its outcome and the activity.
pub(crate) async fn told(app: &TestApp, persona: &Persona, row: Value) -> (String, Value) {
    let answer = tell(app, persona, json!([row])).await;
    let result = &answer.data()["orderActivityUpsert"]["results"][0];
    assert_eq!(result["userErrors"], json!([]), "{}", answer.body);
    let outcome = result["outcome"].as_str().unwrap().to_owned();
    (outcome, result["activity"].clone())
}

/// Adds up what is in the tables, and compares it with what is kept at the orders and of the customers.
#[track_caller]
pub(crate) fn assert_sums(tables: &Tables, what: &str) {
    let mut expected: BTreeMap<_, order_stats::Model> = BTreeMap::new();
    let is = |status: &str, words: &[&str]| words.contains(&status.to_lowercase().as_str());
    for link in &tables.links {
        let own: Vec<_> = tables
            .activities
            .iter()
            .filter(|row| row.order_link_id == link.id)
            .collect();
        for row in &own {
            assert_eq!(
                row.customer_id, link.customer_id,
                "{what}: an activity is another's than its order"
            );
        }
        let void = ["canceled", "cancelled", "failed", "rejected", "declined"];
        let holding = || own.iter().filter(|row| !is(&row.status, &void));
        let refunds = holding().filter(|row| {
            row.kind == order_activity::Kind::Refund && row.currency_code.as_ref() == Some(&link.currency_code)
        });
        let refunded: i64 = refunds.map(|row| row.amount.unwrap()).sum();
        let returns = holding().filter(|row| row.kind == order_activity::Kind::Return).count();
        assert_eq!(link.refunded_amount, refunded, "{what}: refunds of {}", link.order_id);
        assert_eq!(
            link.return_count,
            i32::try_from(returns).unwrap(),
            "{what}: returns of {}",
            link.order_id
        );
        let is_canceled = is(&link.status, &["canceled", "cancelled"]);
        assert_eq!(
            link.is_canceled, is_canceled,
            "{what}: {} is {}",
            link.order_id, link.status
        );
        let Some(customer) = link.customer_id.filter(|_| !is_canceled) else {
            continue;
        };
        let row = expected
            .entry((customer, link.currency_code.clone()))
            .or_insert_with(|| order_stats::Model {
                customer_id: customer,
                currency_code: link.currency_code.clone(),
                order_count: 0,
                spent_amount: 0,
                refunded_amount: 0,
                returned_order_count: 0,
                first_placed_at: link.placed_at,
                last_placed_at: link.placed_at,
            });
        row.order_count += 1;
        row.spent_amount += link.total_amount;
        row.refunded_amount += refunded;
        row.returned_order_count += i64::from(returns > 0);
        row.first_placed_at = row.first_placed_at.min(link.placed_at);
        row.last_placed_at = row.last_placed_at.max(link.placed_at);
    }
    assert_eq!(tables.sums, expected.into_values().collect::<Vec<_>>(), "{what}");
}

/// All rows about orders.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) links: Vec<link_row::Model>,
    pub(crate) activities: Vec<order_activity::Model>,
    pub(crate) sums: Vec<order_stats::Model>,
}

impl Tables {
    pub(crate) async fn read(app: &TestApp) -> Self {
        let db = app.app.parts.database.for_migration();
        let mut sums = order_stats::Entity::find().all(db).await.unwrap();
        sums.sort_by_key(|row| (row.customer_id, row.currency_code.clone()));
        Self {
            links: link_row::Entity::find()
                .order_by_asc(link_row::Column::Id)
                .all(db)
                .await
                .unwrap(),
            activities: order_activity::Entity::find().all(db).await.unwrap(),
            sums,
        }
    }
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
