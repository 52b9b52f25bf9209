//! Lists of transfers.

use serde_json::{Value, json};

use super::*;
use crate::on_both;

fn ids(list: &Value) -> Vec<&str> {
    list["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect()
}

on_both! {
    async fn staff_filter_and_page_transfers(app: TestApp) {
        let (admin, ada, bob, cleo) = (app.admin().await, app.customer("ada").await, app.customer("bob").await, app.customer("cleo").await);
        let (one, two) = (order_of(&app, "1", json!({ "customerId": bob.id() })).await, order_of(&app, "2", json!({ "customerId": ada.id() })).await);
        let first = asked(&app, &one, &ada).await;
        done(&run(&app, &admin, "orderTransferCancel", json!({ "id": first })).await, "orderTransferCancel");
        let (second, third) = (asked(&app, &one, &cleo).await, asked(&app, &two, &cleo).await);
        let query = "query($where: OrderTransferWhere, $first: Int, $after: String) { orderTransfers(where: $where, first: $first, after: $after) { nodes { id } totalCount pageInfo { endCursor hasNextPage } } }";
        for (filter, wanted) in [
            (json!({}), vec![&third, &second, &first]),
            (json!({ "state": ["REQUESTED"] }), vec![&third, &second]),
            (json!({ "state": ["CANCELLED", "EXPIRED"] }), vec![&first]),
            (json!({ "state": [] }), vec![]),
            (json!({ "orderLinkId": { "eq": one } }), vec![&second, &first]),
            (json!({ "toCustomerId": { "eq": cleo.id() } }), vec![&third, &second]),
            (json!({ "fromCustomerId": { "in": [ada.id()] } }), vec![&third]),
            (json!({ "id": { "notIn": [first] }, "fromCustomerId": { "eq": bob.id() } }), vec![&second]),
            (json!({ "createdAt": { "before": "2020-01-01T00:00:00Z" } }), vec![]),
        ] {
            let answer = app.ask(&admin, query, json!({ "where": filter })).await;
            let list = &answer.data()["orderTransfers"];
            assert_eq!((ids(list), &list["totalCount"]), (wanted.iter().map(|id| id.as_str()).collect(), &json!(wanted.len())), "{filter}");
        }
        let page = app.ask(&admin, query, json!({ "first": 2 })).await;
        let after = page.data()["orderTransfers"]["pageInfo"]["endCursor"].clone();
        let rest = app.ask(&admin, query, json!({ "first": 2, "after": after })).await;
        assert_eq!(ids(&rest.data()["orderTransfers"]), [first.as_str()]);
        // A filter tells nothing that the fields would not.
        let orders_only = app.api_key("orders_only", "orders:read").await;
        let answer = app.ask(&orders_only, query, json!({ "where": { "toCustomerId": { "eq": cleo.id() } } })).await;
        assert_eq!(answer.data()["orderTransfers"]["totalCount"], 0);
    }

    async fn customers_see_their_own_from_both_sides(app: TestApp) {
        let (ada, bob, cleo) = (app.customer("ada").await, app.customer("bob").await, app.customer("cleo").await);
        let (one, two) = (order_of(&app, "1", json!({ "customerId": bob.id() })).await, order_of(&app, "2", json!({ "customerId": ada.id() })).await);
        let (to_ada, from_ada) = (asked(&app, &one, &ada).await, asked(&app, &two, &cleo).await);
        let query = "{ me { transfers { nodes { id } totalCount } orders { nodes { id activeTransfer { id } } } } }";
        let answer = app.ask(&ada, query, json!({})).await;
        assert_eq!(answer.data()["me"], json!({
            "transfers": { "nodes": [{ "id": from_ada }, { "id": to_ada }], "totalCount": 2 }, "orders": { "nodes": [{ "id": two, "activeTransfer": { "id": from_ada } }] },
        }));
        let answer = app.ask(&bob, query, json!({})).await;
        assert_eq!(ids(&answer.data()["me"]["transfers"]), [to_ada.as_str()]);
        let reader = app.api_key("reader", "customers:read").await;
        let answer = app.ask(&reader, "query($id: ID!) { customer(id: $id) { id transfers { nodes { id } } } }", json!({ "id": ada.id() })).await;
        assert_eq!((answer.codes(), &answer.body["data"]["customer"]["transfers"]), (vec!["FORBIDDEN"], &Value::Null));
    }

    async fn many_take_as_many_statements_as_few(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let create = "mutation($input: CustomerBulkCreateInput!) { customerBulkCreate(input: $input) { results { customer { id } } } }";
        let customers: Vec<Value> = (0..30).map(|number| json!({ "externalId": format!("c{number}"), "email": format!("c{number}@example.com") })).collect();
        app.ask(&admin, create, json!({ "input": { "customers": customers } })).await.data();
        for number in 0..30 {
            for order in 0..2 {
                let link = order_of(&app, &format!("{number}-{order}"), json!({ "customerExternalId": format!("c{number}") })).await;
                asked(&app, &link, &ada).await;
            }
        }
        let query = "query($first: Int) { customers(first: $first, where: { hasAccount: false }) { nodes {
          externalId
          transfers(first: 5) { nodes { order { orderId } from { externalId } to { id } notification { state } requestedBy { type } } totalCount }
          orders(first: 5) { nodes { orderId activeTransfer { state } } }
        } } }";
        let few = app.ask(&admin, query, json!({ "first": 3 })).await;
        let many = app.ask(&admin, query, json!({ "first": 30 })).await;
        assert_eq!(few.statements(), many.statements(), "{:#}", many.body);
        let nodes = many.data()["customers"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 30);
        for node in nodes {
            let transfers = &node["transfers"];
            assert_eq!(transfers["totalCount"], 2);
            for transfer in transfers["nodes"].as_array().unwrap() {
                assert_eq!((&transfer["from"]["externalId"], &transfer["to"]["id"]), (&node["externalId"], &json!(ada.id())));
                assert_eq!((&transfer["notification"]["state"], transfer["order"]["orderId"].is_string()), (&json!("QUEUED"), true));
            }
            assert_eq!(node["orders"]["nodes"].as_array().unwrap().iter().filter(|order| order["activeTransfer"]["state"] == "REQUESTED").count(), 2);
        }
        // Of one who is on the other side of all.
        let all = app.ask(&admin, "query($id: ID!) { customer(id: $id) { transfers(first: 100) { nodes { id } totalCount } } }", json!({ "id": ada.id() })).await;
        assert_eq!((ids(&all.data()["customer"]["transfers"]).len(), &all.data()["customer"]["transfers"]["totalCount"]), (60, &json!(60)));
        let own = "query { me { transfers(first: 100) { nodes { newOwnerHint order { id } from { id } to { id } } } } }";
        assert!(app.ask(&ada, own, json!({})).await.statements() <= 6);
    }
}
