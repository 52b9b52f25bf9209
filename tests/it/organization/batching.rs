//! The number of statements does not grow with the number of rows.

use serde_json::{Value, json};

use super::{customer, mutate};
use crate::on_both;

on_both! {
    async fn memberships_of_five_or_fifty_customers_are_as_many_statements(app: TestApp) {
        let admin = app.admin().await;
        for number in 0..50 {
            customer(&app, &admin, &format!("c{number}")).await;
        }
        let rows: Vec<Value> = (0..50)
            .map(|number| json!({ "externalId": format!("o{number}"), "name": format!("o{number}"), "members": [
                { "customerExternalId": format!("c{number}"), "roles": ["admin", "buyer"] },
                { "customerExternalId": format!("c{}", (number + 1) % 50) },
            ] }))
            .collect();
        mutate(&app, &admin, "organizationBulkUpsert", "results { isCreated }", json!({ "organizations": rows })).await;
        let of_customers = "query($first: Int!) { customers(first: $first) { nodes { memberships { totalCount nodes { organization { name rootUnit { name } roles { handle } } roles { handle } units { name } } } } } }";
        let of_organizations = "query($first: Int!) { organizations(first: $first) { nodes { rootUnit { children { nodes { name } } } units(first: 2) { nodes { parent { name } } } members(first: 5) { totalCount nodes { customer { firstName } roles { handle } } } } } }";
        for (query, most) in [(of_customers, 8), (of_organizations, 8)] {
            let mut statements = Vec::new();
            for first in [5, 50] {
                let answer = app.ask(&admin, query, json!({ "first": first })).await;
                answer.data();
                statements.push(answer.statements());
            }
            assert_eq!(statements[0], statements[1], "{query}");
            assert!(statements[0] <= most, "{statements:?} {query}");
        }
        let simple = "{ customers(first: 50) { nodes { memberships { nodes { organization { name } roles { handle } } } } } }";
        let answer = app.ask(&admin, simple, json!({})).await;
        assert_eq!(answer.data()["customers"]["nodes"][0]["memberships"]["nodes"].as_array().unwrap().len(), 2);
        assert_eq!(answer.statements(), 4);
    }
}
