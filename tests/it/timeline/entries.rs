//! What the timeline tells.

use std::time::Duration;

use chrono::SecondsFormat;
use customer_graph::work::Clock;
use serde_json::{Value, json};

use super::{entries, run, types};
use crate::{customer::create, on_both};

on_both! {
    async fn a_timeline_tells_who_changed_what_from_what_to_what(app: TestApp) {
        let (admin, sam) = (app.admin().await, app.staff("sam", "*").await);
        let ada = create(&app, &admin, json!({ "email": "ada@example.com", "firstName": "Ada" })).await;
        app.clock.advance(Duration::from_secs(60));
        let before = app.clock.now().to_rfc3339_opts(SecondsFormat::Millis, true);
        app.clock.advance(Duration::from_secs(60));
        run(&app, &sam, "customerUpdate", json!({ "id": ada, "firstName": "Augusta", "metadata": { "set": { "tier": "gold" } } }), "customer { id }").await;
        let address = json!({ "customerId": ada, "countryCode": "DE", "city": "Oldenburg", "skipValidation": true });
        let address = run(&app, &sam, "addressCreate", address, "address { id }").await["address"]["id"].clone();
        let all = entries(&app, &admin, &ada, json!({})).await;
        assert_eq!(types(&all), ["customer.address.created", "customer.updated", "customer.created"]);
        let (made, updated) = (&all[0], &all[1]);
        assert_eq!(made["objectId"], address);
        let changes = updated["changes"].as_array().unwrap();
        assert_eq!(changes[0], json!({ "objectId": ada, "path": "firstName", "before": "Ada", "after": "Augusta" }));
        assert_eq!(changes[1], json!({ "objectId": ada, "path": "metadata.tier", "before": null, "after": "gold" }));
        assert_eq!(updated["actor"]["type"], "STAFF");
        assert!(updated["actor"]["id"].as_str().unwrap().starts_with("staff_"));
        assert_eq!((&updated["reason"], &updated["impersonator"]), (&Value::Null, &Value::Null));
        assert!(updated["requestId"].as_str().is_some_and(|id| !id.is_empty()));
        assert_eq!((&made["previousHash"], &updated["previousHash"]), (&updated["hash"], &all[2]["hash"]));
        assert_eq!(all[2]["previousHash"], "");

        for (filter, wanted) in [
            (json!({ "types": ["customer.updated", "customer.deleted"] }), vec!["customer.updated"]),
            (json!({ "since": before }), vec!["customer.address.created", "customer.updated"]),
            (json!({ "until": before }), vec!["customer.created"]),
            (json!({ "actorType": "API_KEY" }), vec!["customer.created"]),
            (json!({ "objectId": address }), vec!["customer.address.created"]),
            (json!({ "objectId": address, "actorType": "API_KEY" }), vec![]),
        ] {
            assert_eq!(types(&entries(&app, &admin, &ada, filter.clone()).await), wanted, "{filter}");
        }
        let query = "query($id: ID!) { node(id: $id) { ... on TimelineEntry { type } } }";
        let node = app.ask(&admin, query, json!({ "id": updated["id"] })).await;
        assert_eq!(node.data()["node"]["type"], "customer.updated");
    }

    async fn a_timeline_pages_both_ways(app: TestApp) {
        let admin = app.admin().await;
        let ada = create(&app, &admin, json!({ "firstName": "0", "externalId": "ada" })).await;
        for name in 1..=6 {
            run(&app, &admin, "customerUpdate", json!({ "id": ada, "firstName": name.to_string() }), "customer { id }").await;
        }
        let query = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { customer(id: $id) { timeline(first: $first, after: $after, last: $last, before: $before) {
            nodes { changes { path after } } pageInfo { hasNextPage endCursor startCursor } } } }";
        let names = |timeline: &Value| -> String {
            let nodes = timeline["nodes"].as_array().unwrap().iter();
            nodes.map(|node| node["changes"].as_array().unwrap().iter().find(|change| change["path"] == "firstName").unwrap()["after"].as_str().unwrap().to_owned()).collect()
        };
        let (mut all, mut after) = (String::new(), Value::Null);
        loop {
            let answer = app.ask(&admin, query, json!({ "id": ada, "first": 3, "after": after })).await;
            let timeline = answer.data()["customer"]["timeline"].clone();
            all += &names(&timeline);
            if timeline["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = timeline["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(all, "6543210");
        let answer = app.ask(&admin, query, json!({ "id": ada, "last": 2 })).await;
        assert_eq!(names(&answer.data()["customer"]["timeline"]), "10");
    }

    async fn anything_with_a_history_has_a_timeline(app: TestApp) {
        let admin = app.admin().await;
        let group = run(&app, &admin, "customerGroupCreate", json!({ "name": "VIP" }), "customerGroup { id }").await["customerGroup"]["id"].clone();
        let organization = run(&app, &admin, "organizationCreate", json!({ "name": "Engines" }), "organization { id }").await["organization"]["id"].clone();
        run(&app, &admin, "organizationUpdate", json!({ "id": organization, "legalName": "Engines Ltd" }), "organization { id }").await;
        let query = "query($id: ID!) { timeline(subjectId: $id) { totalCount nodes { type } } }";
        let of_group = app.ask(&admin, query, json!({ "id": group })).await;
        assert_eq!(of_group.data()["timeline"], json!({ "totalCount": 1, "nodes": [{ "type": "customer.group.created" }] }));
        let edge = "query($id: ID!) { organization(id: $id) { timeline { nodes { type } } } }";
        let of_organization = app.ask(&admin, edge, json!({ "id": organization })).await;
        let nodes = of_organization.data()["organization"]["timeline"]["nodes"].as_array().unwrap().clone();
        assert_eq!(types(&nodes), ["organization.updated", "organization.unit_created", "organization.created"]);
        assert_eq!(app.ask(&admin, query, json!({ "id": organization })).await.data()["timeline"]["totalCount"], 3);
        for wrong in ["", "cus", "cus_x", "what_01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
            assert_eq!(app.ask(&admin, query, json!({ "id": wrong })).await.codes(), ["BAD_USER_INPUT"], "{wrong}");
        }
        let ada = create(&app, &admin, json!({ "email": "ada@example.com", "firstName": "Canary" })).await;
        run(&app, &admin, "customerDelete", json!({ "id": ada, "confirmEmail": "ada@example.com" }), "deletedCustomerId").await;
        let gone = "query($id: ID!) { timeline(subjectId: $id) { nodes { type changes { path before after } } } }";
        let gone = app.ask(&admin, gone, json!({ "id": ada })).await;
        assert_eq!(gone.data()["timeline"]["nodes"], json!([
            { "type": "customer.deleted", "changes": [] }, { "type": "customer.created", "changes": null },
        ]), "that something happened stays, what was said does not");
    }

    async fn a_filter_that_makes_no_sense_is_refused(app: TestApp) {
        let admin = app.admin().await;
        let ada = create(&app, &admin, json!({ "externalId": "ada" })).await;
        let query = "query($id: ID!, $where: TimelineEntryWhere) { customer(id: $id) { timeline(where: $where) { nodes { type } } } }";
        for filter in [json!({ "types": vec!["a"; 51] }), json!({ "types": ["a".repeat(65)] }), json!({ "actorType": "\u{0}" }), json!({ "objectId": "a".repeat(65) })] {
            let answer = app.ask(&admin, query, json!({ "id": ada, "where": filter })).await;
            assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{filter}");
        }
    }
}
