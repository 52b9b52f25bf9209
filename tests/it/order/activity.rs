//! `orderActivityUpsert`, and activities wherever they are seen.

use serde_json::{Value, json};

use super::{TELL, Tables, activity, assert_sums, customer, link, row, row_errors, tell, told, upsert};
use crate::{
    harness::{Answer, Persona, TestApp},
    on_both,
};

/// The codes and paths of what is wrong with the rows.
fn wrong(answer: &Answer) -> Vec<String> {
    let results = answer.data()["orderActivityUpsert"]["results"].as_array().unwrap();
    let errors = results
        .iter()
        .flat_map(|result| result["userErrors"].as_array().unwrap());
    errors
        .map(|error| {
            let path: Vec<&str> = error["path"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| step.as_str().unwrap())
                .collect();
            format!("{} {}", error["code"].as_str().unwrap(), path.join("."))
        })
        .collect()
}

/// The external ids of a list, in its order.
fn ids(list: &Value) -> String {
    list["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["externalId"].as_str().unwrap())
        .collect()
}

/// A staff user who sees the orders of one channel, and customers.
pub(super) async fn in_channel(app: &TestApp, name: &'static str, channel: &Value) -> Persona {
    let owner = app.staff("owner", "*").await;
    let persona = app.staff(name, "").await;
    let user = app.ask(&persona, "{ viewer { staffUser { id } } }", json!({})).await;
    let user = user.data()["viewer"]["staffUser"]["id"].clone();
    let upsert = "mutation($input: RoleUpsertInput!) { roleUpsert(input: $input) { role { id } userErrors { code } } }";
    for (permission, channel) in [("orders:read", channel.clone()), ("customers:read", Value::Null)] {
        let input = json!({ "name": permission, "permissions": [permission] });
        let made = app.ask(&owner, upsert, json!({ "input": input })).await;
        let role = made.data()["roleUpsert"]["role"]["id"].clone();
        let input = json!({ "staffUserId": user, "roleId": role, "channelId": channel });
        let assign = "mutation($input: RoleAssignInput!) { roleAssign(input: $input) { userErrors { code } } }";
        let assigned = app.ask(&owner, assign, json!({ "input": input })).await;
        assert_eq!(assigned.user_errors("roleAssign"), [""; 0]);
    }
    app.log_in_again(&persona).await
}

on_both! {
    async fn an_activity_is_told_and_changed_and_older_news_never_overwrites_newer(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        link(&app, &admin, row("1", json!({ "customerId": ada }))).await;
        let events = app.count("outbox_event").await;
        let at = |day: u8, fields: Value| {
            let mut row = activity("1", "REFUND", "r1", fields);
            row["sourceUpdatedAt"] = json!(format!("2026-02-0{day}T00:00:00Z"));
            row
        };
        let (outcome, refund) = told(&app, &admin, at(3, json!({ "amount": "2.5", "note": "Broken\nlid", "status": "pending" }))).await;
        assert_eq!(outcome, "CREATED");
        assert_eq!(refund["amount"], json!({ "amount": "2.50", "currencyCode": "EUR" }));
        assert_eq!((&refund["note"], &refund["order"]["orderId"], &refund["version"]), (&json!("Broken\nlid"), &json!("1"), &json!(1)));
        // The activity, and the order, of which more was paid back.
        assert_eq!(app.count("outbox_event").await, events + 2);
        let (outcome, kept) = told(&app, &admin, at(2, json!({ "amount": "9", "status": "old" }))).await;
        assert_eq!((outcome.as_str(), &kept["status"], &kept["amount"]["amount"]), ("STALE", &json!("pending"), &json!("2.50")));
        // Equal times count, and what is left out stays.
        let (outcome, same) = told(&app, &admin, at(3, json!({ "status": "pending" }))).await;
        assert_eq!((outcome.as_str(), &same["version"], &same["amount"]["amount"]), ("UNCHANGED", &json!(1), &json!("2.50")));
        assert_eq!(app.count("outbox_event").await, events + 2);
        let (outcome, other) = told(&app, &admin, at(3, json!({ "status": "sent", "amount": "3" }))).await;
        assert_eq!((outcome.as_str(), &other["version"], &other["note"], &other["amount"]["amount"]), ("UPDATED", &json!(2), &json!("Broken\nlid"), &json!("3.00")));
        let (_, cleared) = told(&app, &admin, at(4, json!({ "amount": null, "note": null }))).await;
        assert_eq!((&cleared["amount"], &cleared["note"]), (&Value::Null, &Value::Null));
        // Another kind with the same id is another activity.
        assert_eq!(told(&app, &admin, activity("1", "CREDIT", "r1", json!({}))).await.0, "CREATED");
        let answer = app.ask(&admin, "{ orderLinks { nodes { version refunded { amount currencyCode } activities { totalCount } } } }", json!({})).await;
        assert_eq!(answer.data()["orderLinks"]["nodes"][0], json!({ "version": 4, "refunded": { "amount": "0.00", "currencyCode": "EUR" }, "activities": { "totalCount": 2 } }));
        assert_sums(&Tables::read(&app).await, "in the end");
        // What staff wrote stands in the activity alone.
        for table in ["timeline_entry", "outbox_event"] {
            assert!(!app.dump(table).await.contains("Broken"), "{table}");
        }
    }

    async fn what_is_wrong_with_a_row_is_told_and_the_others_count(app: TestApp) {
        let admin = app.admin().await;
        upsert(&app, &admin, json!([row("1", json!({})), row("2", json!({ "currencyCode": "JPY", "totalAmount": "5" }))])).await.data();
        let rows = json!([
            activity("1", "REFUND", "a", json!({ "amount": "1.00" })),
            activity("nowhere", "REFUND", "a", json!({})),
            activity("1", "REFUND", "a", json!({ "amount": "2.00" })),
            activity("1", "REFUND", "b", json!({ "amount": "0.001" })),
            activity("2", "REFUND", "b", json!({ "amount": "0.5" })),
            activity("1", "REFUND", "c", json!({ "amount": "-1" })),
            activity("1", "REFUND", "d", json!({ "amount": "10000000000000" })),
            activity("1", "NOTE", "", json!({ "status": " ", "source": "", "note": "a".repeat(2_001) })),
            activity("1", "NOTE", "e", json!({ "note": "a\u{1}b" })),
        ]);
        let answer = tell(&app, &admin, rows.clone()).await;
        assert_eq!(wrong(&answer), [
            "NOT_FOUND activities.1.orderId",
            "DUPLICATED_INPUT_ITEM activities.2.externalId",
            "INVALID activities.3.amount",
            "INVALID activities.4.amount",
            "INVALID activities.5.amount",
            "INVALID activities.6.amount",
            "REQUIRED activities.7.source",
            "REQUIRED activities.7.externalId",
            "REQUIRED activities.7.status",
            "TOO_LONG activities.7.note",
            "INVALID activities.8.note",
        ]);
        assert_eq!(app.count("order_activity").await, 1);
        // Unless everything is rejected.
        let answer = app.ask(&admin, TELL, json!({ "input": { "activities": [activity("1", "CLAIM", "x", json!({})), rows[1]] } })).await;
        assert_eq!(answer.user_errors("orderActivityUpsert"), ["NOT_FOUND"]);
        let many: Vec<Value> = (0..1_001).map(|number| activity("1", "NOTE", &number.to_string(), json!({}))).collect();
        for (rows, code) in [(json!([]), "REQUIRED"), (json!(many), "LIMIT_EXCEEDED")] {
            let answer = app.ask(&admin, TELL, json!({ "input": { "activities": rows } })).await;
            assert_eq!(answer.user_errors("orderActivityUpsert"), [code]);
        }
        assert_eq!(app.count("order_activity").await, 1);
    }

    async fn a_dry_run_keeps_nothing_and_a_key_is_answered_with_the_first_outcome(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        link(&app, &admin, row("1", json!({ "customerId": ada }))).await;
        let before = (app.count("timeline_entry").await, app.count("outbox_event").await, app.dump("order_link").await, app.dump("order_stats").await);
        let rows = json!([activity("1", "REFUND", "a", json!({ "amount": "1.00" })), activity("1", "RETURN", "a", json!({}))]);
        let answer = app.ask(&admin, TELL, json!({ "input": { "dryRun": true, "activities": rows } })).await;
        assert_eq!(answer.data()["orderActivityUpsert"]["dryRun"]["events"], json!(["order.activity.created", "order.activity.created", "order.updated"]));
        assert_eq!((app.count("timeline_entry").await, app.count("outbox_event").await, app.dump("order_link").await, app.dump("order_stats").await), before);
        assert_eq!(app.count("order_activity").await, 0);
        let input = json!({ "input": { "idempotencyKey": "one", "errorPolicy": "REJECT_FAILED_ROWS", "activities": [rows[0], activity("2", "NOTE", "a", json!({}))] } });
        let first = app.ask(&admin, TELL, input.clone()).await;
        let second = app.ask(&admin, TELL, input).await;
        assert_eq!(first.data(), second.data());
        assert_eq!(second.data()["orderActivityUpsert"]["results"][0]["outcome"], "CREATED");
        let other = app.ask(&admin, TELL, json!({ "input": { "idempotencyKey": "one", "activities": rows } })).await;
        assert_eq!(other.user_errors("orderActivityUpsert"), ["IDEMPOTENCY_MISMATCH"]);
        assert_eq!(app.count("order_activity").await, 1);
    }

    async fn buyers_see_their_own_and_no_notes(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        upsert(&app, &admin, json!([row("1", json!({ "customerId": ada.id() })), row("2", json!({ "customerId": bob.id() }))])).await.data();
        let (_, returned) = told(&app, &admin, activity("1", "RETURN", "a", json!({ "note": "looks worn" }))).await;
        let (_, noted) = told(&app, &admin, activity("1", "NOTE", "b", json!({ "note": "rude on the phone" }))).await;
        told(&app, &admin, activity("2", "CLAIM", "c", json!({}))).await;
        let query = "query($own: ID!, $note: ID!) {
            me { activities { nodes { kind externalId order { orderId } } totalCount } orders { nodes { activities { nodes { externalId } totalCount } } } }
            node(id: $own) { ... on OrderActivity { externalId } } note: node(id: $note) { id }
        }";
        let ids = json!({ "own": returned["id"], "note": noted["id"] });
        let answer = app.ask(&ada, query, ids.clone()).await;
        assert_eq!(*answer.data(), json!({
            "me": {
                "activities": { "nodes": [{ "kind": "RETURN", "externalId": "a", "order": { "orderId": "1" } }], "totalCount": 1 },
                "orders": { "nodes": [{ "activities": { "nodes": [{ "externalId": "a" }], "totalCount": 1 } }] },
            },
            "node": { "externalId": "a" }, "note": null,
        }));
        let answer = app.ask(&bob, query, ids).await;
        assert_eq!((&answer.data()["node"], &answer.data()["note"]), (&Value::Null, &Value::Null));
        assert_eq!(answer.data()["me"]["activities"]["nodes"][0]["externalId"], "c");
        for field in ["me { activities { nodes { note } } }", "orderActivities { nodes { id } }"] {
            let answer = app.ask(&ada, &format!("{{ {field} }}"), json!({})).await;
            assert_eq!(answer.codes(), ["FORBIDDEN"], "{field}");
            assert!(!answer.body.to_string().contains("worn"));
        }
        let mutation = app.ask(&ada, TELL, json!({ "input": { "activities": [activity("1", "NOTE", "x", json!({}))] } })).await;
        assert_eq!(mutation.codes(), ["FORBIDDEN"]);
        // Who only writes is shown nothing.
        let writer = app.api_key("writer", "orders:write").await;
        let answer = tell(&app, &writer, json!([activity("1", "NOTE", "x", json!({}))])).await;
        assert_eq!(answer.data()["orderActivityUpsert"]["results"][0], json!({ "outcome": "CREATED", "activity": null, "userErrors": [] }));
    }

    async fn staff_of_a_channel_see_what_happened_there_and_no_sums(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        let (_, web) = link(&app, &admin, row("1", json!({ "customerId": ada, "channelHandle": "web" }))).await;
        link(&app, &admin, row("2", json!({ "customerId": ada, "channelHandle": "till" }))).await;
        told(&app, &admin, activity("1", "REFUND", "w", json!({ "amount": "1", "note": "web" }))).await;
        let (_, hidden) = told(&app, &admin, activity("2", "REFUND", "t", json!({ "amount": "2" }))).await;
        let channels = app.ask(&admin, "{ orderLinks(where: { orderId: { eq: \"1\" } }) { nodes { channel { id } } } }", json!({})).await;
        assert_eq!(web["channel"]["handle"], "web");
        let channel = channels.data()["orderLinks"]["nodes"][0]["channel"]["id"].clone();
        let clerk = in_channel(&app, "clerk", &channel).await;
        let query = "query($id: ID!, $hidden: ID!) {
            customer(id: $id) { activities { nodes { externalId note } totalCount } orderStats { orderCount } }
            orderActivities { nodes { externalId } totalCount } node(id: $hidden) { id }
        }";
        let answer = app.ask(&clerk, query, json!({ "id": ada, "hidden": hidden["id"] })).await;
        assert_eq!(*answer.data(), json!({
            "customer": { "activities": { "nodes": [{ "externalId": "w", "note": "web" }], "totalCount": 1 }, "orderStats": null },
            "orderActivities": { "nodes": [{ "externalId": "w" }], "totalCount": 1 }, "node": null,
        }));
    }

    async fn lists_are_filtered_sorted_and_paged(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        link(&app, &admin, row("1", json!({ "customerId": ada }))).await;
        for (day, kind, id, status) in [(1, "RETURN", "a", "asked"), (3, "REFUND", "b", "sent"), (2, "CLAIM", "c", "asked"), (4, "NOTE", "d", "open")] {
            told(&app, &admin, activity("1", kind, id, json!({ "status": status, "occurredAt": format!("2026-03-0{day}T00:00:00Z") }))).await;
        }
        let query = "query($id: ID!, $where: OrderActivityWhere) {
            customer(id: $id) { activities(where: $where) { nodes { externalId } totalCount } }
            orderActivities(where: $where) { nodes { externalId } totalCount } orderLinks { nodes { activities(where: $where) { nodes { externalId } totalCount } } }
        }";
        for (filter, found) in [
            (json!({}), "dbca"),
            (json!({ "kind": ["RETURN", "CLAIM"] }), "ca"),
            (json!({ "kind": [] }), ""),
            (json!({ "status": { "eq": "asked" } }), "ca"),
            (json!({ "externalId": { "in": ["a", "d"] } }), "da"),
            (json!({ "occurredAt": { "after": "2026-03-01T12:00:00Z", "before": "2026-03-03T12:00:00Z" } }), "bc"),
            (json!({ "updatedAt": { "after": "2999-01-01T00:00:00Z" } }), ""),
            (json!({ "OR": [{ "kind": ["NOTE"] }, { "status": { "eq": "sent" } }] }), "db"),
            (json!({ "NOT": { "kind": ["NOTE"] } }), "bca"),
        ] {
            let answer = app.ask(&admin, query, json!({ "id": ada, "where": filter })).await;
            let data = answer.data();
            for list in [&data["customer"]["activities"], &data["orderActivities"], &data["orderLinks"]["nodes"][0]["activities"]] {
                assert_eq!((ids(list), &list["totalCount"]), (found.to_owned(), &json!(found.len())), "{filter}");
            }
        }
        let page = "query($id: ID!, $after: String) { customer(id: $id) { activities(first: 3, after: $after) { nodes { externalId } pageInfo { endCursor hasNextPage } } } }";
        let answer = app.ask(&admin, page, json!({ "id": ada })).await;
        let first = &answer.data()["customer"]["activities"];
        assert_eq!((ids(first).as_str(), &first["pageInfo"]["hasNextPage"]), ("dbc", &json!(true)));
        let answer = app.ask(&admin, page, json!({ "id": ada, "after": first["pageInfo"]["endCursor"] })).await;
        assert_eq!(ids(&answer.data()["customer"]["activities"]), "a");
    }

    async fn many_activities_take_as_many_statements_as_few(app: TestApp) {
        let admin = app.admin().await;
        for number in 0..5 {
            customer(&app, &format!("c{number}")).await;
        }
        let orders = |count: usize, prefix: &str| -> Value {
            (0..count).map(|number| row(&format!("{prefix}{number}"), json!({ "customerExternalId": format!("c{}", number % 5) }))).collect()
        };
        let plain = "mutation($input: OrderActivityUpsertInput!) { orderActivityUpsert(input: $input) { results { outcome } userErrors { code } } }";
        let link = "mutation($input: OrderLinkUpsertInput!) { orderLinkUpsert(input: $input) { results { outcome } userErrors { code path } } }";
        let mut statements = Vec::new();
        for (count, prefix) in [(5, "few"), (1_000, "many")] {
            app.ask(&admin, link, json!({ "input": { "orders": orders(count, prefix) } })).await.data();
            for day in [1, 2] {
                let rows: Value = (0..count).map(|number| activity(&format!("{prefix}{number}"), ["REFUND", "RETURN"][number % 2], "x", json!({
                    "amount": format!("{day}.00"), "sourceUpdatedAt": format!("2026-03-0{day}T00:00:00Z"), "status": if day == 2 && number % 4 == 0 { "canceled" } else { "done" },
                }))).collect();
                let answer = app.ask(&admin, plain, json!({ "input": { "activities": rows } })).await;
                let results = answer.data()["orderActivityUpsert"]["results"].as_array().unwrap().clone();
                assert!(results.iter().all(|result| result["outcome"] == ["CREATED", "UPDATED"][day - 1]));
                statements.push(answer.statements());
            }
        }
        // On SQLite timeline and outbox are two statements.
        assert!(statements.iter().all(|count| *count <= 14), "{statements:?}");
        // Above a thousand records, timeline and outbox are written in two parts, and so are their tips.
        let more = statements[2].saturating_sub(statements[0]);
        assert!(more <= 4 && statements[3].saturating_sub(statements[1]) <= 4, "{statements:?}");
        assert_sums(&Tables::read(&app).await, "a thousand");
    }

    async fn what_happened_follows_the_order(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, "ada").await, customer(&app, "bob").await);
        link(&app, &admin, row("1", json!({ "customerId": ada }))).await;
        told(&app, &admin, activity("1", "REFUND", "a", json!({ "amount": "1", "note": "of Ada" }))).await;
        let of = "query($id: ID!) { customer(id: $id) { activities { totalCount } } }";
        let count = async |id: &str| app.ask(&admin, of, json!({ "id": id })).await.data()["customer"]["activities"]["totalCount"].clone();
        assert_eq!((count(&ada).await, count(&bob).await), (json!(1), json!(0)));
        link(&app, &admin, row("1", json!({ "customerId": bob }))).await;
        assert_eq!((count(&ada).await, count(&bob).await), (json!(0), json!(1)));
        assert_sums(&Tables::read(&app).await, "given to Bob");
        link(&app, &admin, row("1", json!({ "customerId": null }))).await;
        assert_sums(&Tables::read(&app).await, "of nobody");
        link(&app, &admin, row("1", json!({ "customerId": ada, "email": "ada@example.com" }))).await;
        let delete = "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { userErrors { code } } }";
        assert_eq!(app.ask(&admin, delete, json!({ "id": ada })).await.user_errors("customerDelete"), [""; 0]);
        let tables = Tables::read(&app).await;
        assert_sums(&tables, "after the deletion");
        assert_eq!((tables.activities[0].note.as_deref(), tables.activities[0].amount), (None, Some(100)));
        assert_eq!(tables.sums, []);
    }

    async fn of_two_writers_at_once_the_newer_word_stands(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        let orders: Value = (0..6).map(|number| row(&number.to_string(), json!({ "customerId": ada }))).collect();
        upsert(&app, &admin, orders).await.data();
        for round in 0..6 {
            let rows = |day: u8| -> Value {
                let mut rows: Vec<Value> = (0..6).map(|number: u8| activity(&number.to_string(), "REFUND", &round.to_string(), json!({
                    "status": format!("day {day}"), "amount": format!("{day}.00"), "sourceUpdatedAt": format!("2026-02-0{day}T00:00:00Z"),
                }))).collect();
                if day.is_multiple_of(2) {
                    rows.reverse();
                }
                rows.into()
            };
            let orders = |status: &str| -> Value { (0..6).rev().map(|number| row(&number.to_string(), json!({ "status": status }))).collect() };
            let (one, two, three, four) = tokio::join!(tell(&app, &admin, rows(3)), tell(&app, &admin, rows(2)), tell(&app, &admin, rows(4)), upsert(&app, &admin, orders(&format!("round {round}"))));
            for answer in [one, two, three] {
                assert_eq!(wrong(&answer), [""; 0]);
            }
            assert_eq!(row_errors(&four), []);
        }
        let tables = Tables::read(&app).await;
        assert_eq!(tables.activities.len(), 36);
        assert!(tables.activities.iter().all(|row| row.status == "day 4" && row.amount == Some(400)));
        assert_sums(&tables, "after all");
    }
}
