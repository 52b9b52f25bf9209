//! What an endpoint is told: the answer to its query.

use serde_json::{Value, json};

use super::{CREATE, Receiver, UPDATE, change, drain, endpoint};
use crate::{harness::TestApp, on_both};

const QUERY: &str = "query Told($id: ID!, $topic: String!) { customer(id: $id) { ...Named } viewer { kind } }
fragment Named on Customer { id firstName email }";

/// The messages of the user errors about a payload query.
async fn complaints(app: &TestApp, query: &str, permissions: Value) -> Vec<String> {
    let admin = app.admin().await;
    let input =
        json!({ "url": "http://127.0.0.1:9/", "topics": ["*"], "payloadQuery": query, "permissions": permissions });
    let answer = app.ask(&admin, CREATE, json!({ "input": input })).await;
    let errors = answer.data()["webhookCreate"]["userErrors"].as_array().unwrap().clone();
    let about = errors.iter().filter(|error| error["path"] == json!(["payloadQuery"]));
    about
        .map(|error| error["message"].as_str().unwrap().to_owned())
        .collect()
}

on_both! {
    async fn an_endpoint_is_told_the_answer_to_its_query(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let query = QUERY.replace(", $topic: String!", "");
        endpoint(&app, &admin, &receiver.url(), json!({ "payloadQuery": query, "permissions": ["customers:read"] })).await;
        change(&app, &admin, ada.id(), "Augusta").await;
        drain(&app).await;
        let message = receiver.take().pop().unwrap();
        assert_eq!(message.json["type"], "customer.updated");
        assert_eq!(message.json["data"], json!({
            "customer": { "id": ada.id(), "firstName": "Augusta", "email": "ada@example.com" },
            "viewer": { "kind": "WEBHOOK" },
        }));
        assert!(message.json.get("errors").is_none());
        for table in ["webhook_delivery", "outbox_event"] {
            assert!(!app.dump(table).await.contains("Augusta"), "{table} holds what was told");
        }
    }

    async fn what_is_gone_is_null_when_it_is_told(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let query = "query($id: ID!) { customer(id: $id) { email } }";
        endpoint(&app, &admin, &receiver.url(), json!({ "payloadQuery": query, "permissions": ["customers:read"] })).await;
        change(&app, &admin, ada.id(), "Augusta").await;
        let delete = "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { deletedCustomerId } }";
        app.ask(&admin, delete, json!({ "id": ada.id() })).await.data();
        drain(&app).await;
        let message = receiver.take().pop().unwrap();
        assert_eq!(message.json["data"], json!({ "customer": null }));
    }

    async fn a_query_that_cannot_be_asked_is_refused(app: TestApp) {
        let all = json!(["*"]);
        for (query, part) in [
            ("{", ""),
            ("mutation { sessionEnd { endedCount } }", "one query"),
            ("subscription { customerChanged { version } }", "one query"),
            ("query A { viewer { kind } } query B { viewer { kind } }", "one query"),
            ("{ __schema { types { name } } }", "not about the schema"),
            ("{ _service { sdl } }", "not about the schema"),
            ("{ nonsense }", "nonsense"),
            ("{ viewer }", "viewer"),
            ("query($id: Int!) { customer(id: $id) { id } }", "variables"),
            ("query($other: ID!) { customer(id: $other) { id } }", "variables"),
            ("query($id: [ID!]!) { nodes(ids: $id) { id } }", "variables"),
            ("query($id: ID!) { customer { id } viewer { kind } }", "id"),
            ("{ customers(first: 100) { nodes { orders(first: 100) { nodes { lines { id } } } } } }", "costs"),
        ] {
            let complaints = complaints(&app, query, all.clone()).await;
            assert!(complaints.len() == 1 && complaints[0].to_lowercase().contains(part), "{query}: {complaints:?}");
        }
        let long = format!("{{ viewer {{ kind }} }} #{}", "x".repeat(20_000));
        assert_eq!(complaints(&app, &long, all).await, ["Use at most 20000 characters."]);
    }

    async fn a_query_asks_for_nothing_that_its_permissions_do_not_allow(app: TestApp) {
        let query = "query($id: ID!) { customer(id: $id) { id orders(first: 1) { nodes { id } } } }";
        assert_eq!(complaints(&app, query, json!(["customers:read", "orders:read"])).await, [""; 0]);
        let refused = complaints(&app, query, json!([])).await;
        assert_eq!(refused, ["The permissions do not allow it to ask for Query.customer."]);
        assert_eq!(complaints(&app, "{ staffUsers { nodes { email } } }", json!(["customers:*"])).await.len(), 1);
        let in_fragment = "{ node(id: \"cus_01ARZ3NDEKTSV4RRFFQ69G5FAV\") { ... on Customer { orders(first: 1) { nodes { id } } } } }";
        assert_eq!(complaints(&app, in_fragment, json!(["customers:*"])).await, ["The permissions do not allow it to ask for Customer.orders."]);
    }

    async fn what_is_allowed_no_more_is_null_and_holds_up_nothing(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let receiver = Receiver::start().await;
        let query = "query($id: ID!) { customer(id: $id) { email } viewer { kind } }";
        endpoint(&app, &admin, &receiver.url(), json!({ "payloadQuery": query, "permissions": ["customers:read"] })).await;
        // As if a newer version had known a permission that this one does not.
        app.execute("update webhook_endpoint set permissions = '[\"customers:fly\"]'").await;
        change(&app, &admin, ada.id(), "A").await;
        drain(&app).await;
        let message = receiver.take().pop().unwrap();
        assert_eq!(message.json["data"], json!({ "customer": null, "viewer": { "kind": "WEBHOOK" } }));
        assert_eq!(message.json["errors"][0]["extensions"]["code"], "FORBIDDEN");
        // As if an older version had known a field that this one does not.
        app.execute("update webhook_endpoint set payload_query = '{ retired }'").await;
        change(&app, &admin, ada.id(), "B").await;
        drain(&app).await;
        let message = receiver.take().pop().unwrap();
        assert_eq!((&message.json["data"], message.json["errors"].as_array().map(Vec::len)), (&json!(null), Some(1)));
        // A query that reached the table another way still writes nothing.
        app.execute("update webhook_endpoint set payload_query = 'mutation { customerCreate(input: { externalId: \"x\" }) { userErrors { code } } }', permissions = '[\"*\"]'").await;
        change(&app, &admin, ada.id(), "C").await;
        drain(&app).await;
        assert_eq!(receiver.take().pop().unwrap().json["data"], json!(null));
        assert_eq!(app.count("customer").await, 1);
    }

    async fn a_query_and_its_permissions_are_changed_together(app: TestApp) {
        let admin = app.admin().await;
        let made = endpoint(&app, &admin, "http://127.0.0.1:9/", json!({ "payloadQuery": "{ customers { totalCount } }", "permissions": ["customers:read"] })).await;
        let update = |more: Value| {
            let mut input = json!({ "id": made.id });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "input": input })
        };
        let answer = app.ask(&admin, UPDATE, update(json!({ "permissions": [] }))).await;
        assert_eq!(answer.user_errors("webhookUpdate"), ["INVALID"]);
        let answer = app.ask(&admin, UPDATE, update(json!({ "payloadQuery": "{ orderLinks { totalCount } }" }))).await;
        assert_eq!(answer.user_errors("webhookUpdate"), ["INVALID"]);
        let both = json!({ "payloadQuery": "{ orderLinks { totalCount } }", "permissions": ["orders:read"] });
        let answer = app.ask(&admin, UPDATE, update(both)).await;
        assert_eq!(answer.data()["webhookUpdate"]["webhookEndpoint"]["permissions"], json!(["orders:read"]));
        let answer = app.ask(&admin, UPDATE, update(json!({ "payloadQuery": null, "permissions": [] }))).await;
        assert_eq!(answer.data()["webhookUpdate"]["webhookEndpoint"]["payloadQuery"], json!(null));
    }
}
