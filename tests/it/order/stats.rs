//! `Customer.orderStats`.

use customer_graph::{
    features::order,
    work::{ErrorCode, UnitOfWork, WriteError, WriteOptions},
};
use entity::id::CustomerId;
use serde_json::{Value, json};

use super::{Tables, activity, assert_sums, customer, link, row, row_errors, tell, told, upsert};
use crate::{harness::TestApp, on_both};

const STATS: &str = "query($id: ID!) { customer(id: $id) { orderStats {
  orderCount returnedOrderCount returnRate firstOrderAt lastOrderAt
  byCurrency { currencyCode orderCount returnedOrderCount spent { amount currencyCode } average { amount } refunded { amount } firstOrderAt lastOrderAt }
} } }";

async fn stats(app: &TestApp, customer: &str) -> Value {
    let admin = app.admin().await;
    let answer = app.ask(&admin, STATS, json!({ "id": customer })).await;
    answer.data()["customer"]["orderStats"].clone()
}

on_both! {
    async fn sums_are_told_by_currency(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        assert_eq!(stats(&app, &ada).await, json!({
            "orderCount": 0, "returnedOrderCount": 0, "returnRate": null, "firstOrderAt": null, "lastOrderAt": null, "byCurrency": [],
        }));
        let order = |id: &str, total: &str, currency: &str, day: u8| row(id, json!({ "customerId": ada, "totalAmount": total, "currencyCode": currency, "placedAt": format!("2026-01-0{day}T00:00:00Z") }));
        upsert(&app, &admin, json!([
            order("1", "10.00", "EUR", 3), order("2", "0.01", "EUR", 1), order("3", "0.00", "EUR", 2), order("4", "500", "JPY", 7),
            row("5", json!({ "customerId": ada, "status": "Cancelled", "totalAmount": "99.00", "placedAt": "2025-01-01T00:00:00Z" })),
        ])).await.data();
        tell(&app, &admin, json!([
            activity("1", "REFUND", "a", json!({ "amount": "2.50" })),
            activity("1", "REFUND", "b", json!({ "amount": "1.00", "status": "Declined" })),
            activity("1", "CREDIT", "c", json!({ "amount": "7.00" })),
            activity("2", "RETURN", "d", json!({})),
            activity("2", "RETURN", "e", json!({})),
            activity("3", "RETURN", "f", json!({ "status": "rejected" })),
            activity("5", "REFUND", "g", json!({ "amount": "99.00" })),
        ])).await.data();
        assert_eq!(stats(&app, &ada).await, json!({
            "orderCount": 4, "returnedOrderCount": 1, "returnRate": "0.2500",
            "firstOrderAt": "2026-01-01T00:00:00.000Z", "lastOrderAt": "2026-01-07T00:00:00.000Z",
            "byCurrency": [
                {
                    "currencyCode": "EUR", "orderCount": 3, "returnedOrderCount": 1, "spent": { "amount": "10.01", "currencyCode": "EUR" },
                    "average": { "amount": "3.34" }, "refunded": { "amount": "2.50" },
                    "firstOrderAt": "2026-01-01T00:00:00.000Z", "lastOrderAt": "2026-01-03T00:00:00.000Z",
                },
                {
                    "currencyCode": "JPY", "orderCount": 1, "returnedOrderCount": 0, "spent": { "amount": "500", "currencyCode": "JPY" },
                    "average": { "amount": "500" }, "refunded": { "amount": "0" },
                    "firstOrderAt": "2026-01-07T00:00:00.000Z", "lastOrderAt": "2026-01-07T00:00:00.000Z",
                },
            ],
        }));
        assert_sums(&Tables::read(&app).await, "told");
        // The first and the last go, and others take their places.
        let gone = |id: &str, day: u8| row(id, json!({ "status": "canceled", "currencyCode": "EUR", "placedAt": format!("2026-01-0{day}T00:00:00Z") }));
        upsert(&app, &admin, json!([gone("2", 1), gone("1", 3)])).await.data();
        let told = stats(&app, &ada).await;
        let euro = &told["byCurrency"][0];
        assert_eq!((&euro["firstOrderAt"], &euro["lastOrderAt"], &euro["refunded"]["amount"]), (&json!("2026-01-02T00:00:00.000Z"), &json!("2026-01-02T00:00:00.000Z"), &json!("0.00")));
        assert_sums(&Tables::read(&app).await, "canceled");
        // And come back.
        upsert(&app, &admin, json!([row("2", json!({ "status": "open", "placedAt": "2026-01-09T00:00:00Z" }))])).await.data();
        assert_sums(&Tables::read(&app).await, "open again");
    }

    async fn a_refund_counts_in_the_currency_in_which_it_was_told(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        link(&app, &admin, row("1", json!({ "customerId": ada }))).await;
        told(&app, &admin, activity("1", "REFUND", "a", json!({ "amount": "2.50" }))).await;
        let (_, changed) = link(&app, &admin, row("1", json!({ "currencyCode": "JPY", "totalAmount": "1000" }))).await;
        assert_eq!(changed["total"], json!({ "amount": "1000", "currencyCode": "JPY" }));
        let told_now = stats(&app, &ada).await;
        assert_eq!((&told_now["byCurrency"][0]["refunded"]["amount"], told_now["byCurrency"].as_array().unwrap().len()), (&json!("0"), 1));
        assert_sums(&Tables::read(&app).await, "yen");
        // Nothing was lost, and it counts again where it belongs.
        let (_, kept) = told(&app, &admin, activity("1", "REFUND", "a", json!({}))).await;
        assert_eq!(kept["amount"], json!({ "amount": "2.50", "currencyCode": "EUR" }));
        link(&app, &admin, row("1", json!({}))).await;
        assert_eq!(stats(&app, &ada).await["byCurrency"][0]["refunded"]["amount"], "2.50");
        assert_sums(&Tables::read(&app).await, "euro");
    }

    async fn a_customer_sees_their_own_and_who_may_not_read_orders_sees_none(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        link(&app, &admin, row("1", json!({ "customerId": ada.id() }))).await;
        let answer = app.ask(&ada, "{ me { orderStats { orderCount byCurrency { spent { amount } } } } }", json!({})).await;
        assert_eq!(answer.data()["me"]["orderStats"], json!({ "orderCount": 1, "byCurrency": [{ "spent": { "amount": "10.00" } }] }));
        let reader = app.api_key("reader", "customers:read").await;
        let answer = app.ask(&reader, "{ customers { nodes { id orderStats { orderCount } } } }", json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(answer.body["data"]["customers"]["nodes"][0], json!({ "id": ada.id(), "orderStats": null }));
    }

    async fn a_sum_that_would_be_too_large_is_refused_row_by_row(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, "ada").await, customer(&app, "bob").await);
        link(&app, &admin, row("1", json!({ "customerId": ada }))).await;
        app.execute("update order_link set total_amount = 9223372036854775000").await;
        order::recount(app.app.parts.database.for_migration()).await.unwrap();
        let before = app.dump("order_stats").await;
        let answer = upsert(&app, &admin, json!([row("2", json!({ "customerId": ada })), row("3", json!({ "customerId": bob }))])).await;
        assert_eq!(row_errors(&answer), [("LIMIT_EXCEEDED".to_owned(), "orders.0.totalAmount".to_owned())]);
        assert_eq!(answer.data()["orderLinkUpsert"]["results"][1]["outcome"], "CREATED");
        assert_eq!(app.count("order_link").await, 2);
        // The row of Bob is new, that of Ada as before.
        assert_eq!(app.count("order_stats").await, 2);
        assert!(app.dump("order_stats").await.contains(before.trim_matches(['(', ')', '[', ']'])));
        // A refund larger than can be added up at the order.
        told(&app, &admin, activity("3", "REFUND", "a", json!({ "amount": "1" }))).await;
        app.execute("update order_activity set amount = 9223372036854775807").await;
        order::recount(app.app.parts.database.for_migration()).await.unwrap();
        let answer = tell(&app, &admin, json!([activity("3", "REFUND", "b", json!({ "amount": "1" })), activity("3", "RETURN", "c", json!({}))])).await;
        let results = &answer.data()["orderActivityUpsert"]["results"];
        assert_eq!(results[0]["userErrors"][0]["code"], "LIMIT_EXCEEDED", "{}", answer.body);
        // And a merge of two that fit alone.
        app.execute("update order_activity set amount = 1").await;
        app.execute("update order_link set total_amount = 9223372036854775000").await;
        order::recount(app.app.parts.database.for_migration()).await.unwrap();
        let (from, to): (CustomerId, CustomerId) = (bob.parse().unwrap(), ada.parse().unwrap());
        let merged = app.system().write(WriteOptions::default(), async |unit: &mut UnitOfWork| {
            order::reassign(unit, &[from], to).await.map(customer_graph::work::Once)
        }).await;
        let Err(WriteError::Refused(errors)) = merged else { panic!("it was not refused") };
        assert_eq!(errors[0].code, ErrorCode::LimitExceeded);
    }

    async fn many_customers_take_as_many_statements_as_few(app: TestApp) {
        let admin = app.admin().await;
        let create = "mutation($input: CustomerBulkCreateInput!) { customerBulkCreate(input: $input) { results { customer { id } } userErrors { code } } }";
        let customers: Vec<Value> = (0..100).map(|number| json!({ "externalId": format!("c{number}") })).collect();
        app.ask(&admin, create, json!({ "input": { "customers": customers } })).await.data();
        let plain = "mutation($input: OrderLinkUpsertInput!) { orderLinkUpsert(input: $input) { results { outcome } userErrors { code path } } }";
        let orders = |count: u32, prefix: &str, total: &str| -> Value { (0..count).map(|number| row(&format!("{prefix}{number}"), json!({
            "customerExternalId": format!("c{}", number % 100), "currencyCode": if number.is_multiple_of(3) { "USD" } else { "EUR" }, "totalAmount": total,
        }))).collect() };
        let mut statements = Vec::new();
        for (count, prefix) in [(5, "few"), (1_000, "many")] {
            for total in ["3.33", "4.44"] {
                let answer = app.ask(&admin, plain, json!({ "input": { "orders": orders(count, prefix, total) } })).await;
                answer.data();
                statements.push(answer.statements());
            }
        }
        assert_eq!(statements[..2], statements[2..], "{statements:?}");
        assert!(statements.iter().all(|count| *count <= 12), "{statements:?}");
        assert_sums(&Tables::read(&app).await, "a thousand");
        let rows: Value = (0..1_000).map(|number| activity(&format!("many{number}"), "REFUND", "x", json!({ "amount": "0.01" }))).collect();
        app.ask(&admin, "mutation($input: OrderActivityUpsertInput!) { orderActivityUpsert(input: $input) { userErrors { code } } }", json!({ "input": { "activities": rows } })).await.data();
        for (field, expected) in [
            ("orderStats { orderCount byCurrency { spent { amount } average { amount } refunded { amount } } }", 2),
            ("activities(first: 5) { nodes { externalId amount { amount } } }", 2),
            ("activities(first: 5) { nodes { externalId order { orderId } } totalCount }", 4),
            ("orders(first: 5) { nodes { orderId refunded { amount } activities(first: 2) { nodes { externalId } } } }", 3),
        ] {
            let query = format!("query($first: Int) {{ customers(first: $first) {{ nodes {{ id {field} }} }} }}");
            let few = app.ask(&admin, &query, json!({ "first": 5 })).await;
            let many = app.ask(&admin, &query, json!({ "first": 100 })).await;
            assert_eq!(many.data()["customers"]["nodes"].as_array().unwrap().len(), 100);
            assert_eq!((few.statements(), many.statements()), (expected, expected), "{field}");
        }
    }

    async fn of_many_writers_at_once_none_is_lost(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, "ada").await, customer(&app, "bob").await);
        for round in 0..4 {
            // First orders of a currency, which has no sums yet, and orders that go from one to the other.
            let currency = ["EUR", "USD", "GBP", "CHF"][round];
            let other = |who: usize| if who.is_multiple_of(2) { &ada } else { &bob };
            let orders = |writer: usize, turn: usize| -> Value {
                (0..5).map(|number| row(&format!("{round}-{writer}-{number}"), json!({ "customerId": other(writer + number + turn), "currencyCode": currency, "totalAmount": "0.01" }))).collect()
            };
            for turn in 0..2 {
                let writers = (0..8).map(|writer| upsert(&app, &admin, orders(writer, turn)));
                for answer in futures_util::future::join_all(writers).await {
                    assert_eq!(answer.user_errors("orderLinkUpsert"), [""; 0], "{}", answer.body);
                    assert_eq!(row_errors(&answer), []);
                }
                assert_sums(&Tables::read(&app).await, currency);
            }
        }
        assert_eq!(Tables::read(&app).await.sums.iter().map(|row| row.order_count).sum::<i64>(), 4 * 40);
    }

    async fn a_guests_orders_add_to_what_the_customer_has(app: TestApp) {
        let admin = app.admin().await;
        let (ada, guest, other) = (customer(&app, "ada").await, customer(&app, "guest").await, customer(&app, "other").await);
        upsert(&app, &admin, json!([
            row("1", json!({ "customerId": ada })), row("2", json!({ "customerId": guest, "placedAt": "2025-01-01T00:00:00Z" })),
            row("3", json!({ "customerId": other, "currencyCode": "USD" })), row("4", json!({ "customerId": guest, "status": "canceled" })),
        ])).await.data();
        tell(&app, &admin, json!([activity("2", "REFUND", "a", json!({ "amount": "1" })), activity("3", "RETURN", "a", json!({}))])).await.data();
        let (from, to): (Vec<CustomerId>, CustomerId) = (vec![guest.parse().unwrap(), other.parse().unwrap()], ada.parse().unwrap());
        app.write(async |unit: &mut UnitOfWork| order::reassign(unit, &from, to).await).await;
        let tables = Tables::read(&app).await;
        assert_sums(&tables, "merged");
        assert_eq!(tables.sums.len(), 2);
        assert!(tables.sums.iter().all(|row| row.customer_id == to));
        assert!(tables.activities.iter().all(|row| row.customer_id == Some(to)));
        assert_eq!(stats(&app, &ada).await["orderCount"], 3);
    }

    async fn the_population_of_the_demonstration_is_added_up(app: TestApp) {
        customer_graph::demo::fill(&app.app.parts.database, customer_graph::demo::SEED, 300, |_| ()).await.unwrap();
        let tables = Tables::read(&app).await;
        assert_sums(&tables, "the demonstration");
        assert!(tables.sums.len() > 100 && tables.activities.len() > 20);
    }
}
