//! One query that tells staff everything about a customer.

use serde_json::{Value, json};

use super::types;
use crate::{interaction, note, on_both, order, transfer};

const VIEW: &str = "id email phone displayName
    addresses(first: 5) { nodes { city } } orders(first: 5) { nodes { orderId } } groups(first: 5) { nodes { name } }
    notes(first: 5) { nodes { body isPublic author { type } } }
    timeline(first: 5) { nodes { type at actor { type id } reason objectId changes { path before after } } }";

/// What other systems and the customers themselves do with orders, and contacts.
const MORE: &str = "activities(first: 5) { nodes { kind externalId amount { amount } } }
    orderStats { orderCount byCurrency { spent { amount } refunded { amount } } }
    transfers(first: 5) { nodes { state } } interactions(first: 5) { nodes { kind summary } }";

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

    async fn with_what_happened_to_orders_and_contacts_it_is_still_one_statement_for_each(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let create = "mutation($input: CustomerBulkCreateInput!) { customerBulkCreate(input: $input) { results { customer { id } } } }";
        let customers: Vec<Value> = (0..20).map(|number| json!({ "externalId": format!("c{number}"), "email": format!("c{number}@example.com") })).collect();
        let made = app.ask(&admin, create, json!({ "input": { "customers": customers } })).await;
        let ids: Vec<String> = made.data()["customerBulkCreate"]["results"].as_array().unwrap().iter().map(|row| row["customer"]["id"].as_str().unwrap().to_owned()).collect();
        for (number, id) in ids.iter().enumerate() {
            let link = transfer::order_of(&app, &number.to_string(), json!({ "customerId": id })).await;
            transfer::asked(&app, &link, &ada).await;
            note::add(&app, &admin, id, "Hello", false).await;
        }
        let refunds: Vec<Value> = (0..20).map(|number: u32| order::activity(&number.to_string(), "REFUND", "paid back", json!({ "amount": "2.50" }))).collect();
        order::tell(&app, &admin, refunds.into()).await.data();
        let calls: Vec<Value> = ids.iter().enumerate().map(|(number, id)| interaction::call(&number.to_string(), json!({ "customerExternalId": null, "customerId": id }))).collect();
        let record = "mutation($input: InteractionRecordInput!) { interactionRecord(input: $input) { userErrors { code } } }";
        let recorded = app.ask(&admin, record, json!({ "input": { "interactions": calls } })).await;
        assert_eq!(recorded.user_errors("interactionRecord"), [""; 0]);
        let one = app.ask(&admin, &format!("query($id: ID!) {{ customer(id: $id) {{ {VIEW} {MORE} }} }}"), json!({ "id": ids[7] })).await;
        let many = app.ask(&admin, &format!("{{ customers(first: 20, where: {{ hasAccount: false }}) {{ nodes {{ {VIEW} {MORE} }} }} }}"), json!({})).await;
        // Customers, addresses, orders, groups, notes, timeline; activities, sums, transfers, interactions.
        assert_eq!((one.statements(), many.statements()), (10, 10));
        let nodes = many.data()["customers"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 20);
        for customer in nodes.iter().chain([&one.data()["customer"]]) {
            assert_eq!(customer["orders"]["nodes"].as_array().unwrap().len(), 1);
            assert_eq!(customer["activities"]["nodes"], json!([{ "kind": "REFUND", "externalId": "paid back", "amount": { "amount": "2.50" } }]));
            assert_eq!(customer["orderStats"], json!({ "orderCount": 1, "byCurrency": [{ "spent": { "amount": "10.00" }, "refunded": { "amount": "2.50" } }] }));
            assert_eq!(customer["transfers"]["nodes"], json!([{ "state": "REQUESTED" }]));
            assert_eq!(customer["interactions"]["nodes"], json!([{ "kind": "CALL", "summary": "Asked for a cup" }]));
        }
    }
}
