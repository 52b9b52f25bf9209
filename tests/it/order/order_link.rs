//! `orderLink`, `orderLinks` and `node`.

use serde_json::{Value, json};

use super::{customer, link, row, upsert};
use crate::{
    harness::{Answer, Persona},
    on_both,
};

fn found(answer: &Answer) -> Vec<&str> {
    answer.data()["orderLinks"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["orderId"].as_str().unwrap())
        .collect()
}

on_both! {
    async fn a_link_is_found_by_id_and_by_source(app: TestApp) {
        let admin = app.admin().await;
        let (_, linked) = link(&app, &admin, row("1", json!({}))).await;
        let answer = app.ask(&admin, "query($id: ID!) {
            byId: orderLink(id: $id) { orderId } bySource: orderLink(source: \"shop\", orderId: \"1\") { orderId }
            other: orderLink(source: \"till\", orderId: \"1\") { orderId } node(id: $id) { __typename id }
        }", json!({ "id": linked["id"] })).await;
        assert_eq!(*answer.data(), json!({
            "byId": { "orderId": "1" }, "bySource": { "orderId": "1" }, "other": null, "node": { "__typename": "OrderLink", "id": linked["id"] },
        }));
        for (arguments, code) in [("", "BAD_USER_INPUT"), ("(source: \"shop\")", "BAD_USER_INPUT"), ("(id: \"cus_01JZZZZZZZZZZZZZZZZZZZZZZZ\")", "BAD_USER_INPUT")] {
            let answer = app.ask(&admin, &format!("{{ orderLink{arguments} {{ id }} }}"), json!({})).await;
            assert_eq!(answer.codes(), [code], "{arguments}");
        }
    }

    async fn a_customer_sees_their_own_orders_and_a_stranger_none(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let (_, own) = link(&app, &admin, row("1", json!({ "customerId": ada.id(), "email": "ada@example.com", "channelHandle": "web", "lines": [{ "sku": "A", "quantity": 1 }] }))).await;
        link(&app, &admin, row("2", json!({ "customerId": bob.id(), "channelHandle": "till", "lines": [{ "sku": "B", "quantity": 1 }] }))).await;
        link(&app, &admin, row("3", json!({}))).await;
        let query = "query($id: ID!) {
            me { orders { nodes { orderId channel { handle } customer { id } lines { sku } } totalCount } }
            orderLink(id: $id) { orderId } node(id: $id) { id } bySource: orderLink(source: \"shop\", orderId: \"1\") { orderId }
        }";
        let answer = app.ask(&ada, query, json!({ "id": own["id"] })).await;
        assert_eq!(*answer.data(), json!({
            "me": { "orders": { "nodes": [{ "orderId": "1", "channel": { "handle": "web" }, "customer": { "id": ada.id() }, "lines": [{ "sku": "A" }] }], "totalCount": 1 } },
            "orderLink": { "orderId": "1" }, "node": { "id": own["id"] }, "bySource": { "orderId": "1" },
        }));
        let answer = app.ask(&bob, query, json!({ "id": own["id"] })).await;
        let data = answer.data();
        assert_eq!((&data["orderLink"], &data["node"], &data["bySource"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!(data["me"]["orders"]["nodes"][0]["orderId"], "2");
        for field in ["orderLinks { nodes { id } }", "channels { nodes { id } }", "me { orders { nodes { email } } }"] {
            let answer = app.ask(&ada, &format!("{{ {field} }}"), json!({})).await;
            assert_eq!(answer.codes(), ["FORBIDDEN"], "{field}");
        }
        // A filter does not tell what the field would not.
        let answer = app.ask(&ada, "{ me { orders(where: { email: { eq: \"ada@example.com\" } }) { totalCount } } }", json!({})).await;
        assert_eq!(answer.data()["me"]["orders"]["totalCount"], 0);
    }

    async fn nobody_else_sees_an_order(app: TestApp) {
        let admin = app.admin().await;
        let (_, linked) = link(&app, &admin, row("1", json!({ "channelHandle": "web" }))).await;
        let query = "query($id: ID!) { orderLink(id: $id) { id } orderLinks { nodes { id } } }";
        for (persona, code) in [(Persona::anonymous(), "UNAUTHENTICATED"), (app.api_key("other", "customers:*").await, "FORBIDDEN")] {
            let answer = app.ask(&persona, query, json!({ "id": linked["id"] })).await;
            assert_eq!(answer.codes(), [code, code]);
            assert_eq!(answer.body["data"], json!({ "orderLink": null, "orderLinks": null }));
            let answer = app.ask(&persona, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": linked["id"] })).await;
            assert_eq!(answer.data()["node"], Value::Null);
        }
    }

    async fn lists_are_filtered_and_sorted(app: TestApp) {
        let admin = app.admin().await;
        let ada = customer(&app, "ada").await;
        upsert(&app, &admin, json!([
            row("1", json!({ "customerId": ada, "placedAt": "2026-01-03T00:00:00Z", "status": "paid", "channelHandle": "web", "lines": [{ "sku": "TEA", "quantity": 1 }, { "sku": "CUP", "quantity": 1 }] })),
            row("2", json!({ "placedAt": "2026-01-01T00:00:00Z", "paymentStatus": "open", "email": "Guest@Example.com", "channelHandle": "till" })),
            row("3", json!({ "placedAt": "2026-01-02T00:00:00Z", "source": "till", "fulfillmentStatus": "sent", "displayId": "#3" })),
        ])).await.data();
        for (filter, orders) in [
            (json!({}), vec!["1", "3", "2"]),
            (json!({ "status": { "eq": "paid" } }), vec!["1"]),
            (json!({ "paymentStatus": { "isNull": false } }), vec!["2"]),
            (json!({ "fulfillmentStatus": { "in": ["sent", "lost"] } }), vec!["3"]),
            (json!({ "source": { "eq": "till" } }), vec!["3"]),
            (json!({ "orderId": { "in": ["1", "2"] } }), vec!["1", "2"]),
            (json!({ "displayId": { "startsWith": "#" } }), vec!["3"]),
            (json!({ "channelHandle": { "eq": "web" } }), vec!["1"]),
            (json!({ "sku": { "eq": "CUP" } }), vec!["1"]),
            (json!({ "sku": { "eq": "cup" } }), vec![]),
            (json!({ "placedAt": { "after": "2026-01-01T12:00:00Z", "before": "2026-01-02T12:00:00Z" } }), vec!["3"]),
            (json!({ "customerId": { "eq": ada } }), vec!["1"]),
            (json!({ "hasCustomer": false }), vec!["3", "2"]),
            (json!({ "email": { "eq": "guest@EXAMPLE.com" } }), vec!["2"]),
            (json!({ "email": { "ne": "guest@example.com" } }), vec!["1", "3"]),
            (json!({ "email": { "isNull": true } }), vec!["1", "3"]),
            (json!({ "OR": [{ "status": { "eq": "paid" } }, { "source": { "eq": "till" } }] }), vec!["1", "3"]),
            (json!({ "NOT": { "channelHandle": { "eq": "web" } } }), vec!["3", "2"]),
        ] {
            let answer = app.ask(&admin, "query($where: OrderLinkWhere) { orderLinks(where: $where) { nodes { orderId } totalCount } }", json!({ "where": filter })).await;
            assert_eq!(found(&answer), orders, "{filter}");
            assert_eq!(answer.data()["orderLinks"]["totalCount"], orders.len(), "{filter}");
        }
        for (sort, orders) in [("PLACED_AT", ["2", "3", "1"]), ("CREATED_AT", ["1", "2", "3"]), ("UPDATED_AT", ["1", "2", "3"])] {
            let answer = app.ask(&admin, &format!("{{ orderLinks(sort: [{{ key: {sort} }}]) {{ nodes {{ orderId }} }} }}"), json!({})).await;
            if sort == "PLACED_AT" {
                assert_eq!(found(&answer), orders);
            } else {
                let mut all = found(&answer);
                all.sort_unstable();
                assert_eq!(all, orders, "{sort}");
            }
        }
    }

    async fn a_deleted_customers_orders_stay_without_the_person(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, "ada").await, customer(&app, "bob").await);
        let (_, linked) = link(&app, &admin, row("1", json!({ "email": "ada@example.com" }))).await;
        link(&app, &admin, row("1", json!({ "customerId": ada, "lines": [{ "sku": "A", "quantity": 1 }] }))).await;
        link(&app, &admin, row("2", json!({ "customerId": bob, "email": "bob@example.com" }))).await;
        let delete = "mutation($id: ID!, $email: Email) { customerDelete(input: { id: $id, confirmEmail: $email }) { deletedCustomerId userErrors { code } } }";
        let answer = app.ask(&admin, delete, json!({ "id": ada, "email": "ada@example.com" })).await;
        assert_eq!(answer.data()["customerDelete"]["userErrors"], json!([]));
        let answer = app.ask(&admin, "{ orderLinks(sort: [{ key: CREATED_AT }]) { nodes { id customer { id } email status version lines { sku } } } }", json!({})).await;
        assert_eq!(answer.data()["orderLinks"]["nodes"][0], json!({
            "id": linked["id"], "customer": null, "email": null, "status": "pending", "version": 3, "lines": [{ "sku": "A" }],
        }));
        assert_eq!(answer.data()["orderLinks"]["nodes"][1]["email"], "bob@example.com");
        use entity::id::PrefixedId;
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
        let id = entity::id::OrderLinkId::parse(linked["id"].as_str().unwrap()).unwrap();
        let own = entity::timeline_entry::Entity::find().filter(entity::timeline_entry::Column::SubjectId.eq(id.uuid()))
            .all(app.app.parts.database.for_migration()).await.unwrap();
        assert_eq!(own.len(), 1);
        assert!(own.iter().all(|entry| entry.changes.is_none()));
    }
}
