//! `Customer.orders`.

use serde_json::{Value, json};

use super::{customer, row, upsert};
use crate::on_both;

on_both! {
    async fn orders_come_newest_first_and_page_both_ways(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        let rows: Vec<Value> = (1..=7).map(|day| row(&day.to_string(), json!({ "customerId": ada, "placedAt": format!("2026-01-0{}T00:00:00Z", if day == 4 { 5 } else { day }) }))).collect();
        upsert(&app, &admin, rows.into()).await.data();
        let query = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { customer(id: $id) {
            orders(first: $first, after: $after, last: $last, before: $before) { nodes { orderId } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
        } }";
        let ids = |orders: &Value| -> String { orders["nodes"].as_array().unwrap().iter().map(|node| node["orderId"].as_str().unwrap()).collect() };
        let (mut after, mut all) = (Value::Null, String::new());
        loop {
            let answer = app.ask(&admin, query, json!({ "id": ada, "first": 2, "after": after })).await;
            let orders = &answer.data()["customer"]["orders"];
            assert_eq!(orders["totalCount"], 7);
            all += &ids(orders);
            if orders["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = orders["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(all.len(), 7);
        assert_eq!((&all[..2], &all[4..]), ("76", "321"));
        let answer = app.ask(&admin, query, json!({ "id": ada, "last": 2 })).await;
        assert_eq!(ids(&answer.data()["customer"]["orders"]), "21");
        let answer = app.ask(&admin, query, json!({ "id": ada, "first": 251 })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    }

    async fn orders_are_filtered_by_channel_and_by_when_they_were_placed(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let order = |id: &str, owner: &str, channel: Value, day: u8| row(id, json!({ "customerId": owner, "channelHandle": channel, "placedAt": format!("2026-01-0{day}T00:00:00Z") }));
        upsert(&app, &admin, json!([
            order("1", ada.id(), json!("web"), 1), order("2", ada.id(), json!("till"), 2), order("3", ada.id(), json!("web"), 3), order("4", ada.id(), json!("till"), 4),
            order("5", ada.id(), Value::Null, 5), order("6", bob.id(), json!("web"), 3), order("7", bob.id(), json!("app"), 4),
        ])).await.data();
        let channel = app.ask(&admin, "{ orderLink(source: \"shop\", orderId: \"2\") { channel { id handle } } }", json!({})).await;
        let till = &channel.data()["orderLink"]["channel"];
        assert_eq!(till["handle"], "till");
        let ids = |orders: &Value| -> String { orders["nodes"].as_array().unwrap().iter().map(|node| node["orderId"].as_str().unwrap()).collect() };
        for (filter, found) in [
            (json!({}), "54321"),
            (json!({ "channelHandle": { "eq": "web" } }), "31"),
            (json!({ "channelHandle": { "in": ["web", "till"] } }), "4321"),
            (json!({ "channelHandle": { "eq": "WEB" } }), ""),
            (json!({ "channelHandle": { "eq": "app" } }), ""),
            (json!({ "channelId": { "eq": till["id"] } }), "42"),
            (json!({ "placedAt": { "after": "2026-01-01T12:00:00Z", "before": "2026-01-04T12:00:00Z" } }), "432"),
            // Neither end belongs to the range.
            (json!({ "placedAt": { "after": "2026-01-01T00:00:00Z", "before": "2026-01-04T00:00:00Z" } }), "32"),
            (json!({ "placedAt": { "after": "2026-01-05T00:00:00Z" } }), ""),
            (json!({ "placedAt": { "before": "2026-01-02T00:00:00Z" } }), "1"),
            (json!({ "channelHandle": { "eq": "web" }, "placedAt": { "after": "2026-01-02T00:00:00Z", "before": "2026-01-31T00:00:00Z" } }), "3"),
            (json!({ "channelId": { "eq": till["id"] }, "placedAt": { "before": "2026-01-03T00:00:00Z" } }), "2"),
        ] {
            let query = "query($id: ID!, $where: OrderLinkWhere) { customer(id: $id) { orders(where: $where) { nodes { orderId } totalCount } } }";
            let answer = app.ask(&admin, query, json!({ "id": ada.id(), "where": filter })).await;
            let orders = &answer.data()["customer"]["orders"];
            assert_eq!((ids(orders).as_str(), &orders["totalCount"]), (found, &json!(found.len())), "{filter}");
            let own = "query($where: OrderLinkWhere) { me { orders(where: $where) { nodes { orderId } totalCount } } }";
            let answer = app.ask(&ada, own, json!({ "where": filter })).await;
            let orders = &answer.data()["me"]["orders"];
            assert_eq!((ids(orders).as_str(), &orders["totalCount"]), (found, &json!(found.len())), "{filter}");
        }
    }

    async fn many_customers_take_as_many_statements_as_few(app: TestApp) {
        let admin = app.admin().await;
        let create = "mutation($input: CustomerBulkCreateInput!) { customerBulkCreate(input: $input) { results { customer { id } } userErrors { code } } }";
        let customers: Vec<Value> = (0..100).map(|number| json!({ "externalId": format!("c{number}") })).collect();
        app.ask(&admin, create, json!({ "input": { "customers": customers } })).await.data();
        let rows: Vec<Value> = (0..700).map(|number: u32| row(&number.to_string(), json!({
            "customerExternalId": format!("c{}", number % 100), "channelHandle": "web", "status": if number.is_multiple_of(2) { "even" } else { "odd" },
            "placedAt": format!("2026-01-01T00:00:{:02}Z", number / 100), "lines": [{ "sku": format!("S{number}"), "quantity": 1 }],
        }))).collect();
        let plain = "mutation($input: OrderLinkUpsertInput!) { orderLinkUpsert(input: $input) { results { outcome } userErrors { code path } } }";
        let answer = app.ask(&admin, plain, json!({ "input": { "orders": rows } })).await;
        assert_eq!(answer.user_errors("orderLinkUpsert"), Vec::<&str>::new());
        let query = "query($first: Int) { customers(first: $first) { nodes {
            externalId orders(first: 5) { nodes { orderId lines { sku } channel { handle } } } even: orders(where: { status: { eq: \"even\" } }) { totalCount }
        } } }";
        let few = app.ask(&admin, query, json!({ "first": 5 })).await;
        let many = app.ask(&admin, query, json!({ "first": 100 })).await;
        // Customers, their orders by either filter, lines, channels, one count.
        assert_eq!((few.statements(), many.statements()), (6, 6));
        let nodes = many.data()["customers"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 100);
        for node in nodes {
            let number: usize = node["externalId"].as_str().unwrap()[1..].parse().unwrap();
            let expected: Vec<Value> = (2..7).rev().map(|hundred| {
                let order = hundred * 100 + number;
                json!({ "orderId": order.to_string(), "lines": [{ "sku": format!("S{order}") }], "channel": { "handle": "web" } })
            }).collect();
            assert_eq!(node["orders"]["nodes"], json!(expected));
            assert_eq!(node["even"]["totalCount"], if number.is_multiple_of(2) { 7 } else { 0 });
        }
    }

    async fn who_may_not_read_orders_still_reads_the_customer(app: TestApp) {
        let ada = customer(&app, "ada").await;
        let reader = app.api_key("reader", "customers:read").await;
        let answer = app.ask(&reader, "query($id: ID!) { customer(id: $id) { id orders { nodes { id } } } }", json!({ "id": ada })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert_eq!(answer.body["data"]["customer"], json!({ "id": ada, "orders": null }));
    }

    async fn an_organizations_orders_are_seen_by_staff_and_each_members_own_by_the_member(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let acme = crate::organization::organization(&app, &admin, "acme", &[(ada.id(), "admin"), (bob.id(), "buyer")]).await;
        upsert(&app, &admin, json!([
            row("1", json!({ "customerId": ada.id(), "organizationExternalId": "acme" })),
            row("2", json!({ "customerId": bob.id(), "organizationId": acme["id"], "placedAt": "2026-01-02T00:00:00Z" })),
            row("3", json!({ "customerId": ada.id() })),
        ])).await.data();
        let query = "query($id: ID!) { organization(id: $id) { orders { nodes { orderId organization { id } } totalCount } } }";
        let answer = app.ask(&admin, query, json!({ "id": acme["id"] })).await;
        assert_eq!(answer.data()["organization"]["orders"], json!({
            "nodes": [{ "orderId": "2", "organization": { "id": acme["id"] } }, { "orderId": "1", "organization": { "id": acme["id"] } }], "totalCount": 2,
        }));
        let answer = app.ask(&ada, query, json!({ "id": acme["id"] })).await;
        assert_eq!(answer.data()["organization"]["orders"], json!({ "nodes": [{ "orderId": "1", "organization": { "id": acme["id"] } }], "totalCount": 1 }));
        let reader = app.api_key("reader", "organizations:read").await;
        let answer = app.ask(&reader, query, json!({ "id": acme["id"] })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
    }
}
