//! News in any order, late, twice and at the same time; and whatever else happens to orders, at random.

use std::collections::BTreeMap;

use customer_graph::{features::order, work::UnitOfWork};
use entity::id::CustomerId;
use serde_json::{Value, json};

use super::{Tables, activity, assert_sums, customer, row};
use crate::{
    harness::{Persona, TestApp},
    on_both,
};

/// A small generator, so that a failure names the seed that shows it again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last + 1));
        }
    }
}

const ORDERS: &str = "mutation($input: OrderLinkUpsertInput!) { it: orderLinkUpsert(input: $input) { results { outcome userErrors { code } } userErrors { code } } }";
const ACTIVITIES: &str = "mutation($input: OrderActivityUpsertInput!) { it: orderActivityUpsert(input: $input) { results { outcome userErrors { code } } userErrors { code } } }";

/// Sends rows of one kind and answers those that have to be sent again: in a batch with a row about the same, before
/// their order was known, or while others wrote.
async fn send(app: &TestApp, admin: &Persona, rows: Vec<Value>) -> Vec<Value> {
    let Some(first) = rows.first() else { return rows };
    let (mutation, list) = if first["kind"].is_null() {
        (ORDERS, "orders")
    } else {
        (ACTIVITIES, "activities")
    };
    let input = json!({ "input": { list: rows, "errorPolicy": "REJECT_FAILED_ROWS" } });
    let answer = app.ask(admin, mutation, input).await;
    if answer.user_errors("it") == ["BUSY"] {
        return rows;
    }
    let results = answer.data()["it"]["results"].as_array().unwrap().clone();
    assert_eq!(results.len(), rows.len(), "{}", answer.body);
    let failed = |result: &Value| match result["userErrors"][0]["code"].as_str() {
        None => false,
        Some("DUPLICATED_INPUT_ITEM" | "NOT_FOUND") => true,
        Some(code) => panic!("{code}"),
    };
    rows.into_iter()
        .zip(&results)
        .filter(|(_, result)| failed(result))
        .map(|(row, _)| row)
        .collect()
}

fn day(number: usize) -> String {
    format!("2026-03-{number:02}T00:00:00Z")
}

async fn any_order_of_arrival(app: &TestApp, seed: u64) {
    let admin = app.admin().await;
    let mut chance = Chance(seed);
    let customers = [
        customer(app, &format!("a{seed}")).await,
        customer(app, &format!("b{seed}")).await,
    ];
    let mut newest: BTreeMap<(String, String), Value> = BTreeMap::new();
    let mut news = Vec::new();
    for number in 0..6 {
        let order = format!("{seed}-{number}");
        for version in 1..=6 {
            let told = row(
                &order,
                json!({
                    "customerId": chance.of(&[json!(customers[0]), json!(customers[1]), Value::Null]), "status": chance.of(&["open", "paid", "canceled"]),
                    "totalAmount": format!("{}.{:02}", chance.below(90), chance.below(100)), "placedAt": day(1 + chance.below(20)), "sourceUpdatedAt": day(version),
                }),
            );
            newest.insert((order.clone(), String::new()), told.clone());
            news.push(told);
        }
        for (kind, name) in [("REFUND", "x"), ("REFUND", "y"), ("RETURN", "x")] {
            for version in 1..=4 {
                let told = activity(
                    &order,
                    kind,
                    name,
                    json!({
                        "status": chance.of(&["asked", "done", "failed"]), "amount": format!("{}.{:02}", chance.below(9), chance.below(100)), "sourceUpdatedAt": day(version),
                    }),
                );
                newest.insert((order.clone(), format!("{kind} {name}")), told.clone());
                news.push(told);
            }
        }
    }
    // Some come twice.
    for _ in 0..20 {
        let again = chance.of(&news).clone();
        news.push(again);
    }
    chance.shuffle(&mut news);
    let mut rounds = 0;
    while !news.is_empty() {
        rounds += 1;
        assert!(rounds < 200, "seed {seed}: some news is never taken");
        let mut batches: Vec<Vec<Value>> = vec![Vec::new(); 4];
        for told in news.drain(..news.len().min(24)) {
            let place = 2 * usize::from(told["kind"].is_null()) + chance.below(2);
            batches[place].push(told);
        }
        let sent = batches.into_iter().map(|batch| send(app, &admin, batch));
        news.extend(futures_util::future::join_all(sent).await.into_iter().flatten());
        chance.shuffle(&mut news);
    }
    let tables = Tables::read(app).await;
    assert_sums(&tables, &format!("seed {seed}"));
    for ((order, activity), told) in newest {
        let link = tables.links.iter().find(|link| link.order_id == order).unwrap();
        let status = if activity.is_empty() {
            assert_eq!(json!(link.customer_id), told["customerId"], "seed {seed}: {order}");
            assert_eq!(
                format!("{}.{:02}", link.total_amount / 100, link.total_amount % 100),
                told["totalAmount"],
                "seed {seed}: {order}"
            );
            &link.status
        } else {
            let (kind, name) = activity.split_once(' ').unwrap();
            let row = tables
                .activities
                .iter()
                .find(|row| {
                    row.order_link_id == link.id
                        && json!(row.kind).to_string().to_uppercase().contains(kind)
                        && row.external_id == name
                })
                .unwrap();
            let amount = row.amount.unwrap();
            assert_eq!(
                format!("{}.{:02}", amount / 100, amount % 100),
                told["amount"],
                "seed {seed}: {order} {activity}"
            );
            &row.status
        };
        assert_eq!(
            status,
            told["status"].as_str().unwrap(),
            "seed {seed}: {order} {activity}"
        );
    }
}

async fn anything_at_all(app: &TestApp, seed: u64, steps: usize) {
    let admin = app.admin().await;
    let mut chance = Chance(seed);
    let mut customers: Vec<String> = Vec::new();
    let mut made = 0;
    for step in 0..steps {
        while customers.len() < 4 {
            made += 1;
            customers.push(customer(app, &format!("c{seed}-{made}")).await);
        }
        let orders: Vec<String> = (0..4).map(|_| format!("{seed}-{}", chance.below(12))).collect();
        let what = match chance.below(20) {
            0 => {
                let gone = customers.swap_remove(chance.below(customers.len()));
                let delete =
                    "mutation($ids: [ID!]!) { customerBulkDelete(input: { ids: $ids }) { userErrors { code } } }";
                let answer = app.ask(&admin, delete, json!({ "ids": [gone] })).await;
                assert_eq!(answer.user_errors("customerBulkDelete"), [""; 0]);
                "a customer is deleted".to_owned()
            }
            1 => {
                let guest = customers.swap_remove(chance.below(customers.len()));
                let (from, to): (CustomerId, CustomerId) =
                    (guest.parse().unwrap(), chance.of(&customers).parse().unwrap());
                app.write(async |unit: &mut UnitOfWork| order::reassign(unit, &[from], to).await)
                    .await;
                customers.push(guest);
                "orders are reassigned".to_owned()
            }
            2..10 => {
                let mut rows: Vec<Value> = Vec::new();
                for order in &orders {
                    let currency = *chance.of(&["EUR", "EUR", "USD", "JPY"]);
                    let total = if currency == "JPY" {
                        chance.below(10_000).to_string()
                    } else {
                        format!(
                            "{}{}.{:02}",
                            chance.of(&["", "-"]),
                            chance.below(100),
                            chance.below(100)
                        )
                    };
                    let owner = if chance.below(5) == 0 {
                        Value::Null
                    } else {
                        json!(chance.of(&customers))
                    };
                    rows.push(row(order, json!({
                        "customerId": owner, "currencyCode": currency, "totalAmount": total, "status": chance.of(&["open", "paid", "Canceled", "cancelled"]),
                        "placedAt": day(1 + chance.below(25)), "sourceUpdatedAt": day(1 + chance.below(28)),
                    })));
                }
                let what = format!("orders {rows:?}");
                send(app, &admin, rows).await;
                what
            }
            _ => {
                let mut rows: Vec<Value> = Vec::new();
                for order in &orders {
                    let amount = if chance.below(4) == 0 {
                        Value::Null
                    } else {
                        json!(chance.below(50).to_string())
                    };
                    rows.push(activity(order, chance.of::<&str>(&["REFUND", "REFUND", "RETURN", "CREDIT", "NOTE"]), chance.of::<&str>(&["x", "y"]), json!({
                        "status": chance.of(&["open", "done", "failed", "Rejected", "canceled"]), "amount": amount, "sourceUpdatedAt": day(1 + chance.below(28)),
                    })));
                }
                let what = format!("activities {rows:?}");
                send(app, &admin, rows).await;
                what
            }
        };
        assert_sums(&Tables::read(app).await, &format!("seed {seed}, step {step}: {what}"));
    }
    // Counted by the database itself it is the same.
    let before = (app.dump("order_stats").await.len(), Tables::read(app).await);
    order::recount(app.app.parts.database.for_migration()).await.unwrap();
    let after = Tables::read(app).await;
    assert_eq!((before.1.sums, before.1.links), (after.sums, after.links));
}

on_both! {
    async fn whatever_the_order_of_arrival_the_newest_word_stands_and_the_sums_are_right(app: TestApp) {
        for seed in [1, 0x9e37_79b9, 0xdead_beef_cafe] {
            any_order_of_arrival(&app, seed).await;
        }
    }

    async fn sums_equal_a_recount_whatever_happens(app: TestApp) {
        for seed in [3, 0x1234_5678_9abc] {
            anything_at_all(&app, seed, 70).await;
        }
    }
}
