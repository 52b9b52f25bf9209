//! `orderLinkUpsert`.

use serde_json::{Value, json};

use super::{TELL, UPSERT, activity, customer, link, row, row_errors, told, upsert};
use crate::{harness::TestApp, on_both};

fn pairs(errors: &[(String, String)]) -> Vec<(&str, &str)> {
    errors
        .iter()
        .map(|(code, path)| (code.as_str(), path.as_str()))
        .collect()
}

async fn changed_paths(app: &TestApp, topic: &str) -> Vec<String> {
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
    let events = entity::outbox_event::Entity::find()
        .filter(entity::outbox_event::Column::Topic.eq(topic))
        .order_by_asc(entity::outbox_event::Column::Position)
        .all(app.app.parts.database.for_migration())
        .await
        .unwrap();
    events.iter().map(|event| event.changed_paths.to_string()).collect()
}

on_both! {
    async fn an_order_is_linked_with_customer_channel_and_lines(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        let before = (app.count("timeline_entry").await, app.count("outbox_event").await);
        let (outcome, link) = link(&app, &admin, row("1001", json!({
            "customerExternalId": "ada", "email": " Ada@Example.com ", "displayId": "#1001", "channelHandle": "web",
            "lines": [
                { "title": "Tea", "sku": "TEA-1", "quantity": 2, "unitPrice": "4.5", "discount": "0.5", "total": 8.5 },
                { "quantity": 1, "sku": "CUP" },
            ],
        }))).await;
        assert_eq!(outcome, "CREATED");
        assert_eq!(link["customer"]["id"], ada.as_str());
        assert_eq!(link["email"], "Ada@Example.com");
        assert_eq!(link["order"]["id"], "1001");
        assert_eq!(link["channel"], json!({ "handle": "web", "name": "web" }));
        assert_eq!(link["total"], json!({ "amount": "10.00", "currencyCode": "EUR" }));
        assert_eq!(link["lines"][0]["unitPrice"], json!({ "amount": "4.50", "currencyCode": "EUR" }));
        assert_eq!(link["lines"][0]["total"]["amount"], "8.50");
        assert_eq!(link["lines"][1]["unitPrice"], Value::Null);
        assert_eq!(link["lines"][1]["position"], 1);
        // The link and its channel.
        assert_eq!((app.count("timeline_entry").await, app.count("outbox_event").await), (before.0 + 2, before.1 + 2));
    }

    async fn older_news_never_overwrites_newer(app: TestApp) {
        let admin = app.admin().await;
        let at = |day: u8, status: &str| row("1", json!({ "status": status, "sourceUpdatedAt": format!("2026-02-0{day}T00:00:00Z") }));
        assert_eq!(link(&app, &admin, at(3, "shipped")).await.0, "CREATED");
        let (outcome, kept) = link(&app, &admin, at(2, "pending")).await;
        assert_eq!((outcome.as_str(), &kept["status"], &kept["version"]), ("STALE", &json!("shipped"), &json!(1)));
        let (outcome, changed) = link(&app, &admin, at(4, "delivered")).await;
        assert_eq!((outcome.as_str(), &changed["status"], &changed["version"]), ("UPDATED", &json!("delivered"), &json!(2)));
        let (outcome, kept) = link(&app, &admin, at(3, "shipped")).await;
        assert_eq!((outcome.as_str(), &kept["status"]), ("STALE", &json!("delivered")));
        assert_eq!(changed_paths(&app, "order.updated").await, [r#"["status","sourceUpdatedAt"]"#]);
        // What a stale row names is not even looked at.
        let gone = row("1", json!({ "customerExternalId": "nobody", "sourceUpdatedAt": "2026-01-02T00:00:00Z" }));
        assert_eq!(link(&app, &admin, gone).await.0, "STALE");
    }

    async fn equal_times_count_unless_nothing_differs(app: TestApp) {
        let admin = app.admin().await;
        let lines = json!([{ "sku": "A", "quantity": 1, "total": "10" }]);
        link(&app, &admin, row("1", json!({ "lines": lines }))).await;
        let events = app.count("outbox_event").await;
        let (outcome, same) = link(&app, &admin, row("1", json!({ "lines": lines }))).await;
        assert_eq!((outcome.as_str(), &same["version"]), ("UNCHANGED", &json!(1)));
        assert_eq!(app.count("outbox_event").await, events);
        let (outcome, other) = link(&app, &admin, row("1", json!({ "status": "paid" }))).await;
        assert_eq!((outcome.as_str(), &other["version"], &other["status"]), ("UPDATED", &json!(2), &json!("paid")));
    }

    async fn given_lines_replace_all_and_absent_ones_stay(app: TestApp) {
        let admin = app.admin().await;
        let skus = |link: &Value| -> Vec<String> {
            link["lines"].as_array().unwrap().iter().map(|line| line["sku"].as_str().unwrap().to_owned()).collect()
        };
        link(&app, &admin, row("1", json!({ "lines": [{ "sku": "A", "quantity": 1 }, { "sku": "B", "quantity": 1 }] }))).await;
        let (_, kept) = link(&app, &admin, row("1", json!({ "status": "paid" }))).await;
        assert_eq!(skus(&kept), ["A", "B"]);
        let (outcome, replaced) = link(&app, &admin, row("1", json!({ "status": "paid", "lines": [{ "sku": "B", "quantity": 1 }] }))).await;
        assert_eq!((outcome.as_str(), skus(&replaced)), ("UPDATED", vec!["B".to_owned()]));
        assert_eq!(app.count("order_line").await, 1);
        assert_eq!(changed_paths(&app, "order.updated").await[1], r#"["lines"]"#);
        let answer = upsert(&app, &admin, json!([row("1", json!({ "currencyCode": "JPY", "totalAmount": "5" }))])).await;
        assert_eq!(pairs(&row_errors(&answer)), [("REQUIRED", "orders.0.lines")]);
        let (_, emptied) = link(&app, &admin, row("1", json!({ "currencyCode": "JPY", "totalAmount": "5", "lines": [] }))).await;
        assert_eq!((emptied["lines"].clone(), &emptied["total"]), (json!([]), &json!({ "amount": "5", "currencyCode": "JPY" })));
        assert_eq!(app.count("order_line").await, 0);
    }

    async fn money_is_exact_in_every_currency(app: TestApp) {
        let admin = app.admin().await;
        for (order, currency, typed, shown) in [
            ("1", "EUR", json!("1234567890123.45"), "1234567890123.45"),
            ("2", "eur", json!(0.1), "0.10"),
            ("3", "JPY", json!(98_765_432_109_876_i64), "98765432109876"),
            ("4", "KWD", json!("-0.001"), "-0.001"),
            ("5", "KWD", json!("19.9"), "19.900"),
        ] {
            let (_, linked) = link(&app, &admin, row(order, json!({
                "currencyCode": currency, "totalAmount": typed, "lines": [{ "quantity": 1, "unitPrice": typed, "discount": "1", "total": typed }],
            }))).await;
            assert_eq!(linked["total"], json!({ "amount": shown, "currencyCode": currency.to_uppercase() }));
            assert_eq!(linked["lines"][0]["unitPrice"]["amount"], shown);
            assert_eq!(linked["lines"][0]["total"]["amount"], shown);
        }
        let answer = upsert(&app, &admin, json!([
            row("6", json!({ "totalAmount": "0.001" })),
            row("7", json!({ "currencyCode": "JPY", "totalAmount": "1", "lines": [{ "quantity": -1, "total": "0.5" }] })),
            row("8", json!({ "currencyCode": "XXX" })),
            row("9", json!({ "totalAmount": "10000000000000" })),
        ])).await;
        assert_eq!(pairs(&row_errors(&answer)), [
            ("INVALID", "orders.0.totalAmount"),
            ("INVALID", "orders.1.lines.0.quantity"),
            ("INVALID", "orders.1.lines.0.total"),
            ("INVALID", "orders.2.currencyCode"),
            ("INVALID", "orders.3.totalAmount"),
        ]);
        // JSON cannot carry this number exactly, so it is not guessed at.
        let answer = upsert(&app, &admin, json!([row("10", json!({ "totalAmount": 1_234_567_890_123.456_7 }))])).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    }

    async fn a_customer_is_named_kept_moved_and_taken_out(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, "ada").await, customer(&app, "bob").await);
        let (_, linked) = link(&app, &admin, row("1", json!({ "customerId": ada, "email": "ada@example.com" }))).await;
        assert_eq!(linked["customer"]["id"], ada.as_str());
        let (_, kept) = link(&app, &admin, row("1", json!({ "status": "paid" }))).await;
        assert_eq!((&kept["customer"]["id"], &kept["email"]), (&json!(ada), &json!("ada@example.com")));
        let (_, moved) = link(&app, &admin, row("1", json!({ "customerExternalId": "bob", "email": "bob@example.com" }))).await;
        assert_eq!(moved["customer"]["id"], bob.as_str());
        let (_, nobody) = link(&app, &admin, row("1", json!({ "customerId": null, "email": null }))).await;
        assert_eq!((&nobody["customer"], &nobody["email"]), (&Value::Null, &Value::Null));
        // The timeline of one customer does not keep the address of another.
        use sea_orm::EntityTrait;
        let entries = entity::timeline_entry::Entity::find().all(app.app.parts.database.for_migration()).await.unwrap();
        for entry in entries.iter().filter(|entry| entry.r#type.starts_with("order.")) {
            assert!(!entry.changes.as_ref().unwrap().to_string().contains('@'));
        }
    }

    async fn what_is_not_there_cannot_be_named(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        let stranger = "cus_01JZZZZZZZZZZZZZZZZZZZZZZZ";
        let answer = upsert(&app, &admin, json!([
            row("1", json!({ "customerId": stranger })),
            row("2", json!({ "customerExternalId": "nobody", "organizationExternalId": "nowhere" })),
            row("3", json!({ "organizationId": "org_01JZZZZZZZZZZZZZZZZZZZZZZZ" })),
            row("4", json!({ "customerId": ada, "customerExternalId": "ada" })),
            row("5", json!({ "customerExternalId": " " })),
            row("6", json!({ "customerId": ada })),
            row("6", json!({ "customerId": ada })),
            row("", json!({ "source": "  ", "status": "", "email": "nonsense" })),
        ])).await;
        assert_eq!(pairs(&row_errors(&answer)), [
            ("NOT_FOUND", "orders.0.customerId"),
            ("NOT_FOUND", "orders.1.customerExternalId"),
            ("NOT_FOUND", "orders.1.organizationExternalId"),
            ("NOT_FOUND", "orders.2.organizationId"),
            ("INVALID", "orders.3.customerExternalId"),
            ("REQUIRED", "orders.4.customerExternalId"),
            ("DUPLICATED_INPUT_ITEM", "orders.6.orderId"),
            ("REQUIRED", "orders.7.source"),
            ("REQUIRED", "orders.7.orderId"),
            ("INVALID_EMAIL", "orders.7.email"),
            ("REQUIRED", "orders.7.status"),
        ]);
        assert_eq!(app.count("order_link").await, 1);
        let answer = upsert(&app, &admin, json!([row("1", json!({ "customerId": "org_01JZZZZZZZZZZZZZZZZZZZZZZZ" }))])).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    }

    async fn one_wrong_row_rejects_everything_unless_asked_otherwise(app: TestApp) {
        let admin = app.admin().await;
        let orders = json!([row("1", json!({ "channelHandle": "web" })), row("2", json!({ "customerExternalId": "nobody" }))]);
        let answer = app.ask(&admin, UPSERT, json!({ "input": { "orders": orders } })).await;
        assert_eq!(answer.user_errors("orderLinkUpsert"), ["NOT_FOUND"]);
        assert_eq!(answer.data()["orderLinkUpsert"]["results"], json!([]));
        assert_eq!(app.count("order_link").await + app.count("channel").await + app.count("outbox_event").await, 0);
        let answer = upsert(&app, &admin, orders).await;
        assert_eq!(answer.data()["orderLinkUpsert"]["results"][0]["outcome"], "CREATED");
        assert_eq!(pairs(&row_errors(&answer)), [("NOT_FOUND", "orders.1.customerExternalId")]);
        assert_eq!(app.count("order_link").await, 1);
    }

    async fn a_dry_run_links_nothing(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, UPSERT, json!({ "input": { "dryRun": true, "orders": [row("1", json!({ "channelHandle": "web", "lines": [{ "quantity": 1 }] }))] } })).await;
        let payload = &answer.data()["orderLinkUpsert"];
        assert_eq!(payload["dryRun"]["events"], json!(["channel.created", "order.linked"]));
        assert_eq!(payload["results"][0]["outcome"], "CREATED");
        for table in ["order_link", "order_line", "channel", "timeline_entry", "outbox_event"] {
            assert_eq!(app.count(table).await, 0, "{table}");
        }
    }

    async fn who_may_not_read_learns_by_a_dry_run_what_would_happen_and_not_what_is_there(app: TestApp) {
        let admin = app.admin().await;
        link(&app, &admin, row("1", json!({}))).await;
        told(&app, &admin, activity("1", "REFUND", "r", json!({ "amount": "2" }))).await;
        let order = json!({ "input": { "dryRun": true, "orders": [row("1", json!({ "status": "paid" }))] } });
        let refund = json!({ "input": { "dryRun": true, "activities": [activity("1", "REFUND", "r", json!({ "amount": "3" }))] } });
        let writer = app.api_key("writer", "orders:write").await;
        for (query, mutation, input) in [(UPSERT, "orderLinkUpsert", order), (TELL, "orderActivityUpsert", refund)] {
            let seen = app.ask(&admin, query, input.clone()).await.data()[mutation]["dryRun"].clone();
            assert!(!seen["changes"].as_array().unwrap().is_empty() && !seen["events"].as_array().unwrap().is_empty(), "{mutation}: {seen}");
            let answer = app.ask(&writer, query, input).await;
            assert_eq!(answer.data()[mutation]["dryRun"], json!({ "events": seen["events"], "changes": [] }), "{mutation}");
            assert_eq!(answer.data()[mutation]["results"][0]["outcome"], "UPDATED", "{mutation}");
        }
        // With the other permission it is told from what to what.
        let answer = upsert(&app, &admin, json!([row("1", json!({}))])).await;
        assert_eq!(answer.data()["orderLinkUpsert"]["results"][0]["outcome"], "UNCHANGED", "nothing was done");
        let input = json!({ "input": { "dryRun": true, "orders": [row("1", json!({ "status": "paid" }))] } });
        let both = app.api_key("both", "orders:read,orders:write").await;
        let answer = app.ask(&both, UPSERT, input).await;
        assert_eq!(answer.data()["orderLinkUpsert"]["dryRun"], json!({
            "events": ["order.updated"], "changes": [{ "path": "status", "before": "pending", "after": "paid" }],
        }));
    }

    async fn a_repeated_key_is_answered_with_the_first_outcome(app: TestApp) {
        let admin = app.admin().await;
        let input = json!({ "input": { "idempotencyKey": "one", "errorPolicy": "REJECT_FAILED_ROWS", "orders": [row("1", json!({})), row("2", json!({ "customerExternalId": "nobody" }))] } });
        let first = app.ask(&admin, UPSERT, input.clone()).await;
        let second = app.ask(&admin, UPSERT, input).await;
        assert_eq!(first.data(), second.data());
        assert_eq!(second.data()["orderLinkUpsert"]["results"][0]["outcome"], "CREATED");
        let other = app.ask(&admin, UPSERT, json!({ "input": { "idempotencyKey": "one", "orders": [row("3", json!({}))] } })).await;
        assert_eq!(other.user_errors("orderLinkUpsert"), ["IDEMPOTENCY_MISMATCH"]);
    }

    async fn too_many_rows_or_lines_are_refused(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, UPSERT, json!({ "input": { "orders": [] } })).await;
        assert_eq!(answer.user_errors("orderLinkUpsert"), ["REQUIRED"]);
        let many: Vec<Value> = (0..1_001).map(|number| row(&number.to_string(), json!({}))).collect();
        let answer = app.ask(&admin, UPSERT, json!({ "input": { "orders": many } })).await;
        assert_eq!(answer.user_errors("orderLinkUpsert"), ["LIMIT_EXCEEDED"]);
        let lines: Vec<Value> = (0..501).map(|_| json!({ "quantity": 1 })).collect();
        let answer = upsert(&app, &admin, json!([row("1", json!({ "lines": lines }))])).await;
        assert_eq!(pairs(&row_errors(&answer)), [("LIMIT_EXCEEDED", "orders.0.lines")]);
        let lines = &lines[..500];
        let many: Vec<Value> = (0..21).map(|number| row(&number.to_string(), json!({ "lines": lines }))).collect();
        let answer = app.ask(&admin, UPSERT, json!({ "input": { "orders": many } })).await;
        assert_eq!(answer.user_errors("orderLinkUpsert"), ["LIMIT_EXCEEDED"]);
        assert_eq!(app.count("order_link").await, 0);
    }

    async fn many_orders_take_as_many_statements_as_few(app: TestApp) {
        let admin = app.admin().await;
        for number in 0..5 {
            customer(&app, &format!("c{number}")).await;
        }
        let rows = |count: usize, prefix: &str, day: u8| -> Value {
            (0..count).map(|number| row(&format!("{prefix}{number}"), json!({
                "customerExternalId": format!("c{}", number % 5), "channelHandle": "web", "sourceUpdatedAt": format!("2026-03-0{day}T00:00:00Z"),
                "lines": (0..3).map(|line| json!({ "sku": format!("S{line}"), "quantity": day, "total": "3.33" })).collect::<Vec<_>>(),
            }))).collect()
        };
        let mut statements = Vec::new();
        const PLAIN: &str = "mutation($input: OrderLinkUpsertInput!) { orderLinkUpsert(input: $input) { results { outcome } userErrors { code } } }";
        link(&app, &admin, row("first", json!({ "channelHandle": "web" }))).await;
        for (count, prefix) in [(5, "few"), (700, "many")] {
            for day in [1, 2] {
                let answer = app.ask(&admin, PLAIN, json!({ "input": { "orders": rows(count, prefix, day) } })).await;
                let results = answer.data()["orderLinkUpsert"]["results"].as_array().unwrap().clone();
                assert_eq!(results.len(), count);
                assert!(results.iter().all(|result| result["outcome"] == ["CREATED", "UPDATED"][usize::from(day) - 1]));
                statements.push(answer.statements());
            }
        }
        assert_eq!(statements[..2], statements[2..], "{statements:?}");
        assert!(statements.iter().all(|count| *count <= 12), "{statements:?}");
        assert_eq!(app.count("order_line").await, 705 * 3);
        use entity::id::PrefixedId;
        for number in 0..5 {
            let answer = app.ask(&admin, "query($id: String!) { customer(externalId: $id) { id } }", json!({ "id": format!("c{number}") })).await;
            let id = entity::id::CustomerId::parse(answer.data()["customer"]["id"].as_str().unwrap()).unwrap();
            let entries = customer_graph::work::timeline::verify(app.app.parts.database.for_migration(), id.uuid()).await.unwrap();
            assert_eq!(entries, Ok(1 + 2 * 141));
        }
    }

    async fn of_two_writers_at_once_the_newer_word_stands(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        for round in 0..8 {
            let orders = |day: u8| -> Value {
                let mut orders: Vec<Value> = (0..6).map(|number| row(&format!("{round}-{number}"), json!({
                    "customerId": ada, "status": format!("day {day}"), "channelHandle": format!("channel {round}"), "sourceUpdatedAt": format!("2026-02-0{day}T00:00:00Z"),
                    "lines": [{ "sku": format!("day {day}"), "quantity": 1 }],
                }))).collect();
                if day.is_multiple_of(2) {
                    orders.reverse();
                }
                orders.into()
            };
            let (one, two, three) = tokio::join!(upsert(&app, &admin, orders(3)), upsert(&app, &admin, orders(2)), upsert(&app, &admin, orders(4)));
            for answer in [one, two, three] {
                assert_eq!(row_errors(&answer), []);
            }
        }
        let answer = app.ask(&admin, "{ orderLinks(first: 100) { nodes { status lines { sku } } } }", json!({})).await;
        let nodes = answer.data()["orderLinks"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 48);
        for node in nodes {
            assert_eq!(node, &json!({ "status": "day 4", "lines": [{ "sku": "day 4" }] }));
        }
    }

    async fn who_may_not_write_links_nothing_and_who_may_not_read_is_shown_nothing(app: TestApp) {
        let admin = app.admin().await;
        let ada = app.customer("ada").await;
        let reader = app.api_key("reader", "orders:read,customers:*").await;
        let input = json!({ "input": { "orders": [row("1", json!({ "customerId": ada.id() }))] } });
        let answer = app.ask(&reader, UPSERT, input.clone()).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        let answer = app.ask(&ada, UPSERT, input.clone()).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(app.count("order_link").await, 0);
        // Who only writes orders may name customers, but reads neither them nor the links.
        let writer = app.api_key("writer", "orders:write").await;
        let answer = app.ask(&writer, UPSERT, input).await;
        assert_eq!(answer.data()["orderLinkUpsert"]["results"], json!([{ "outcome": "CREATED", "orderLink": null, "userErrors": [] }]));
        let answer = app.ask(&admin, "{ orderLinks { nodes { customer { id } } } }", json!({})).await;
        assert_eq!(answer.data()["orderLinks"]["nodes"][0]["customer"]["id"], ada.id());
    }
}
