use std::cell::Cell;

use customer_graph::demo::{self, FillError, people::population};
use serde_json::json;

use crate::on_both;

on_both! {
    async fn the_population_is_written_whole(app: TestApp) {
        let told = Cell::new(0);
        let database = &app.app.parts.database;
        let filled = demo::fill(database, demo::SEED, 200, |customers| told.set(customers)).await.unwrap();
        assert_eq!((filled.customers, told.get()), (200, 200));
        let people: Vec<_> = population(demo::SEED, 200).collect();
        let orders: usize = people.iter().map(|person| person.orders.len()).sum();
        assert_eq!(filled.orders, orders);
        for (table, rows) in [
            ("customer", filled.customers),
            ("address", filled.addresses),
            ("order_link", filled.orders),
            ("order_line", filled.lines),
            ("organization", filled.organizations),
        ] {
            assert_eq!(app.count(table).await, i64::try_from(rows).unwrap(), "{table}");
            assert!(rows > 0, "{table}");
        }
        let members = app.count("organization_member").await;
        assert!(members >= 2 * i64::try_from(filled.organizations).unwrap());
        assert_eq!(app.count("organization_member_role").await, members);
    }

    async fn a_customer_of_the_population_is_found_by_id_and_by_search(app: TestApp) {
        let database = &app.app.parts.database;
        demo::fill(database, demo::SEED, 50, |_| ()).await.unwrap();
        let person = population(demo::SEED, 50).nth(7).unwrap();
        let id = demo::customer_id(&person).to_string();
        let query = "query($id: ID!, $words: String!) {
            customer(id: $id) { email externalId }
            customers(query: $words, first: 50) { nodes { id } }
        }";
        let words = format!("{} {}", person.first_name, person.last_name);
        let answer = app
            .ask(&app.admin().await, query, json!({ "id": id, "words": words }))
            .await;
        let data = answer.data();
        assert_eq!(data["customer"], json!({ "email": person.email, "externalId": "CRM-000007" }));
        let found = data["customers"]["nodes"].as_array().unwrap();
        assert!(found.contains(&json!({ "id": id })), "{found:?}");
    }

    async fn a_database_with_customers_is_left_alone(app: TestApp) {
        let database = &app.app.parts.database;
        demo::fill(database, demo::SEED, 5, |_| ()).await.unwrap();
        let again = demo::fill(database, demo::SEED, 5, |_| ()).await;
        assert!(matches!(again, Err(FillError::NotEmpty)));
        assert_eq!(app.count("customer").await, 5);
    }
}
