//! `customerCreate`.

use serde_json::json;

use crate::{harness::Persona, on_both};

const CREATE: &str = "mutation($input: CustomerCreateInput!) {
  customerCreate(input: $input) {
    customer { id email firstName hasAccount type version metadata }
    userErrors { code path message }
    dryRun { events changes { path after } }
  }
}";

on_both! {
    async fn a_customer_is_created_as_a_guest(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, CREATE, json!({ "input": { "email": " Ada@Example.com", "firstName": "Ada", "metadata": { "tier": "gold" } } })).await;
        let customer = &answer.data()["customerCreate"]["customer"];
        assert_eq!(customer["email"], "Ada@Example.com");
        assert_eq!(customer["type"], "GUEST");
        assert_eq!(customer["metadata"], json!({ "tier": "gold" }));
        let id = customer["id"].as_str().unwrap();
        let found = app.ask(&admin, "query($id: ID!) { customer(id: $id) { firstName } customers { nodes { id } totalCount } }", json!({ "id": id })).await;
        assert_eq!(found.data()["customer"]["firstName"], "Ada");
        assert_eq!(found.data()["customers"], json!({ "nodes": [{ "id": id }], "totalCount": 1 }));
        assert_eq!(app.count("timeline_entry").await, 1);
        assert_eq!(app.count("outbox_event").await, 1);
    }

    async fn a_dry_run_writes_nothing(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, CREATE, json!({ "input": { "email": "ada@example.com", "dryRun": true } })).await;
        assert_eq!(answer.data()["customerCreate"]["dryRun"]["events"], json!(["customer.created"]));
        assert_eq!(app.count("customer").await, 0);
        assert_eq!(app.count("timeline_entry").await, 0);
    }

    async fn the_same_idempotency_key_creates_nothing_twice(app: TestApp) {
        let admin = app.admin().await;
        let input = json!({ "input": { "email": "ada@example.com", "idempotencyKey": "one" } });
        let first = app.ask(&admin, CREATE, input.clone()).await;
        let second = app.ask(&admin, CREATE, input).await;
        assert_eq!(first.data()["customerCreate"]["customer"]["id"], second.data()["customerCreate"]["customer"]["id"]);
        assert_eq!(app.count("customer").await, 1);
        let other = app.ask(&admin, CREATE, json!({ "input": { "email": "bob@example.com", "idempotencyKey": "one" } })).await;
        assert_eq!(other.user_errors("customerCreate"), ["IDEMPOTENCY_MISMATCH"]);
    }

    async fn a_search_finds_words_in_any_case_and_without_accents(app: TestApp) {
        let admin = app.admin().await;
        for (first, last) in [("José", "Łukasik"), ("Jo", "Smith")] {
            app.ask(&admin, CREATE, json!({ "input": { "externalId": first, "firstName": first, "lastName": last } })).await.data();
        }
        for (query, names) in [("lukas JOSE", vec!["José"]), ("jo", vec!["Jo", "José"]), ("j", vec!["Jo", "José"]), ("ukasi", vec!["José"]), ("100%", vec![]), ("o", vec![])] {
            let answer = app.ask(&admin, "query($q: String!) { customers(query: $q, sort: [{ key: FIRST_NAME }]) { nodes { firstName } } }", json!({ "q": query })).await;
            let found: Vec<&str> = answer.data()["customers"]["nodes"].as_array().unwrap().iter().map(|node| node["firstName"].as_str().unwrap()).collect();
            assert_eq!(found, names, "{query}");
        }
    }

    async fn who_may_not_see_customers_is_told_so_and_siblings_answer(app: TestApp) {
        let answer = app.ask(&Persona::anonymous(), "{ customers { nodes { id } } viewer: __typename }", json!({})).await;
        assert_eq!(answer.codes(), ["UNAUTHENTICATED"]);
        assert_eq!(answer.body["data"], json!({ "customers": null, "viewer": "Query" }));
        let other = app.api_key("orders", "orders:read").await;
        let answer = app.ask(&other, "{ customers { nodes { id } } }", json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
    }

    async fn a_customer_is_created_with_addresses_in_few_statements(app: TestApp) {
        let admin = app.admin().await;
        let home = json!({ "firstName": "Ada", "lastName": "Lovelace", "address1": "1 Main Street", "city": "Berlin", "postalCode": "10115", "countryCode": "DE", "isDefaultShipping": true });
        let answer = app.ask(&admin, CREATE, json!({ "input": { "email": "ada@example.com", "addresses": [home] } })).await;
        answer.data();
        assert_eq!(answer.user_errors("customerCreate"), [""; 0]);
        assert!(answer.statements() <= 4, "{}", answer.statements());
        assert_eq!(app.count("address where is_default_shipping = true").await, 1);
        assert_eq!(app.count("timeline_entry").await, 2);
    }

    async fn a_wrong_address_refuses_the_customer(app: TestApp) {
        let admin = app.admin().await;
        let wrong = json!({ "firstName": "Ada", "address1": "1 Main Street", "city": "Berlin", "postalCode": "x", "countryCode": "DE" });
        let answer = app.ask(&admin, CREATE, json!({ "input": { "email": "ada@example.com", "addresses": [wrong] } })).await;
        let mut codes = answer.user_errors("customerCreate");
        codes.sort_unstable();
        assert_eq!(codes, ["INVALID_POSTAL_CODE", "REQUIRED"]);
        assert_eq!(answer.body["data"]["customerCreate"]["userErrors"][0]["path"].as_array().unwrap()[..2], [json!("addresses"), json!("0")]);
        assert_eq!(app.count("customer").await, 0);
    }

    async fn nested_addresses_need_their_own_permission(app: TestApp) {
        let writer = app.api_key("writer", "customers:*").await;
        let answer = app.ask(&writer, CREATE, json!({ "input": { "email": "ada@example.com", "addresses": [{ "countryCode": "DE" }] } })).await;
        assert!(answer.user_errors("customerCreate").contains(&"FORBIDDEN_FIELD"));
        assert_eq!(app.count("customer").await, 0);
    }

    async fn a_name_that_unfolds_to_many_times_its_length_is_kept(app: TestApp) {
        let admin = app.admin().await;
        let answer = app.ask(&admin, CREATE, json!({ "input": { "externalId": "one", "lastName": "\u{fdfa}".repeat(255) } })).await;
        answer.data();
        assert_eq!(app.count("customer").await, 1);
    }
}
