//! One query that tells staff everything about a customer.

use serde_json::{Value, json};

use super::types;
use crate::{note, on_both, order};

const VIEW: &str = "id email phone displayName
    addresses(first: 5) { nodes { city } } orders(first: 5) { nodes { orderId } } groups(first: 5) { nodes { name } }
    notes(first: 5) { nodes { body isPublic author { type } } }
    timeline(first: 5) { nodes { type at actor { type id } reason objectId changes { path before after } } }";

on_both! {
    async fn one_query_takes_one_statement_for_each_relation_however_many_customers(app: TestApp) {
        let admin = app.admin().await;
        let create = "mutation($input: CustomerBulkCreateInput!) { customerBulkCreate(input: $input) { results { customer { id } } } }";
        let customers: Vec<Value> = (0..50).map(|number| json!({ "externalId": format!("c{number}"), "email": format!("c{number}@example.com") })).collect();
        let made = app.ask(&admin, create, json!({ "input": { "customers": customers } })).await;
        let ids: Vec<String> = made.data()["customerBulkCreate"]["results"].as_array().unwrap().iter().map(|row| row["customer"]["id"].as_str().unwrap().to_owned()).collect();
        let addresses: Vec<Value> = ids.iter().map(|id| json!({ "customerId": id, "countryCode": "DE", "city": "Oldenburg", "skipValidation": true })).collect();
        let bulk = "mutation($input: AddressBulkCreateInput!) { addressBulkCreate(input: $input) { userErrors { code } } }";
        app.ask(&admin, bulk, json!({ "input": { "addresses": addresses } })).await.data();
        let rows: Vec<Value> = ids.iter().enumerate().map(|(number, id)| order::row(&number.to_string(), json!({ "customerId": id }))).collect();
        let upsert = "mutation($input: OrderLinkUpsertInput!) { orderLinkUpsert(input: $input) { userErrors { code } } }";
        app.ask(&admin, upsert, json!({ "input": { "orders": rows } })).await.data();
        for id in &ids {
            note::add(&app, &admin, id, "Hello", false).await;
        }
        let one = app.ask(&admin, &format!("query($id: ID!) {{ customer(id: $id) {{ {VIEW} }} }}"), json!({ "id": ids[7] })).await;
        let many = app.ask(&admin, &format!("{{ customers(first: 50) {{ nodes {{ {VIEW} }} }} }}"), json!({})).await;
        // Customers, addresses, orders, groups, notes, timeline.
        assert_eq!((one.statements(), many.statements()), (6, 6));
        let nodes = many.data()["customers"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 50);
        for customer in nodes.iter().chain([&one.data()["customer"]]) {
            assert_eq!(customer["addresses"]["nodes"], json!([{ "city": "Oldenburg" }]));
            assert_eq!(customer["orders"]["nodes"].as_array().unwrap().len(), 1);
            assert_eq!(customer["notes"]["nodes"], json!([{ "body": "Hello", "isPublic": false, "author": { "type": "API_KEY" } }]));
            let timeline = customer["timeline"]["nodes"].as_array().unwrap();
            assert_eq!(types(timeline), ["customer.note.added", "order.linked", "customer.address.created", "customer.created"]);
        }
    }
}
