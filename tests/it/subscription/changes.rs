//! What is told.

use serde_json::{Value, json};

use super::{ADDRESS, CUSTOMER, ORDER, address, rename, run};
use crate::{on_both, order};

on_both! {
    async fn a_change_of_a_customer_is_told_with_the_customer_as_they_are_now(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let mut socket = app.socket(&admin).await;
        socket.listen("c", CUSTOMER, json!({})).await;
        rename(&app, &admin, ada.id(), "Augusta").await;
        let told = socket.data("c").await["customerChanged"].clone();
        assert_eq!(told["topic"], "customer.updated");
        assert_eq!(told["kind"], "UPDATED");
        assert_eq!(told["objectId"], ada.id());
        assert_eq!(told["changedPaths"], json!(["firstName"]));
        assert_eq!(told["customer"], json!({ "id": ada.id(), "firstName": "Augusta", "email": "ada@example.com" }));
        let known = app.ask(&admin, "query($id: ID!) { customer(id: $id) { version updatedAt } }", json!({ "id": ada.id() })).await;
        assert_eq!(told["version"], known.data()["customer"]["version"]);
        assert_eq!(told["at"], known.data()["customer"]["updatedAt"]);
    }

    async fn of_a_customer_who_is_gone_the_id_is_told(app: TestApp) {
        let admin = app.admin().await;
        let mut socket = app.socket(&admin).await;
        socket.listen("c", CUSTOMER, json!({ "kinds": ["CREATED", "DELETED"] })).await;
        let made = run(&app, &admin, "customerCreate", json!({ "externalId": "one" }), "customer { id }").await;
        let id = made["customer"]["id"].clone();
        rename(&app, &admin, id.as_str().unwrap(), "Nobody").await;
        run(&app, &admin, "customerDelete", json!({ "id": id }), "deletedCustomerId").await;
        let told = socket.data("c").await["customerChanged"].clone();
        assert_eq!((&told["kind"], &told["objectId"]), (&json!("CREATED"), &id));
        let told = socket.data("c").await["customerChanged"].clone();
        assert_eq!((&told["kind"], &told["objectId"], &told["customer"]), (&json!("DELETED"), &id, &Value::Null));
    }

    async fn changes_of_addresses_and_orders_are_told(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let mut socket = app.socket(&ada).await;
        socket.listen("a", ADDRESS, json!({})).await;
        let id = address(&app, &admin, ada.id(), "London").await;
        let told = socket.data("a").await["addressChanged"].clone();
        assert_eq!((&told["kind"], &told["address"]), (&json!("CREATED"), &json!({ "id": id, "city": "London" })));
        run(&app, &admin, "addressDelete", json!({ "id": id }), "deletedAddressId").await;
        let told = socket.data("a").await["addressChanged"].clone();
        assert_eq!((&told["kind"], &told["objectId"], &told["address"]), (&json!("DELETED"), &json!(id), &Value::Null));
        socket.send(json!({ "type": "complete", "id": "a" })).await;
        socket.listen("o", ORDER, json!({})).await;
        let (_, link) = order::link(&app, &admin, order::row("1", json!({ "customerId": ada.id() }))).await;
        let told = socket.data("o").await["orderLinkChanged"].clone();
        assert_eq!((&told["kind"], &told["topic"]), (&json!("CREATED"), &json!("order.linked")));
        assert_eq!(told["orderLink"], json!({ "id": link["id"], "status": "pending" }));
        let later = json!({ "customerId": ada.id(), "status": "sent", "sourceUpdatedAt": "2026-01-02T00:00:00Z" });
        order::link(&app, &admin, order::row("1", later)).await;
        let told = socket.data("o").await["orderLinkChanged"].clone();
        assert_eq!((&told["kind"], &told["orderLink"]["status"]), (&json!("UPDATED"), &json!("sent")));
    }

    async fn one_customer_may_be_listened_to(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let mut socket = app.socket(&admin).await;
        socket.listen("c", CUSTOMER, json!({ "id": bob.id() })).await;
        socket.listen("a", ADDRESS, json!({ "id": bob.id(), "kinds": ["CREATED"] })).await;
        rename(&app, &admin, ada.id(), "Augusta").await;
        address(&app, &admin, ada.id(), "London").await;
        rename(&app, &admin, bob.id(), "Robert").await;
        assert_eq!(socket.data("c").await["customerChanged"]["customer"]["firstName"], "Robert");
        address(&app, &admin, bob.id(), "Paris").await;
        assert_eq!(socket.data("a").await["addressChanged"]["address"]["city"], "Paris");
    }

    async fn changes_of_a_customer_are_told_in_their_order(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let mut socket = app.socket(&ada).await;
        socket.listen("c", "subscription { customerChanged { version } }", json!({})).await;
        for name in ["A", "B", "C", "D", "E", "F"] {
            rename(&app, &admin, ada.id(), name).await;
        }
        let mut versions = Vec::new();
        for _ in 0..6 {
            versions.push(socket.data("c").await["customerChanged"]["version"].as_i64().unwrap());
        }
        assert!(versions.is_sorted_by(|one, other| one + 1 == *other), "{versions:?}");
    }

    async fn a_change_is_told_at_once(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let mut socket = app.socket(&ada).await;
        socket.listen("c", CUSTOMER, json!({})).await;
        let began = tokio::time::Instant::now();
        for name in ["A", "B", "C", "D", "E", "F"] {
            rename(&app, &admin, ada.id(), name).await;
            assert_eq!(socket.data("c").await["customerChanged"]["customer"]["firstName"], name);
        }
        // Without a bell each of them would be seen after five seconds.
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    }

    async fn what_happened_before_is_not_told(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let mut first = app.socket(&admin).await;
        first.listen("c", CUSTOMER, json!({})).await;
        rename(&app, &admin, ada.id(), "Before").await;
        let mut second = app.socket(&admin).await;
        second.listen("c", CUSTOMER, json!({})).await;
        rename(&app, &admin, ada.id(), "After").await;
        assert_eq!(first.data("c").await["customerChanged"]["changedPaths"], json!(["firstName"]));
        let version = |told: Value| told["customerChanged"]["version"].as_i64().unwrap();
        let (from_first, from_second) = (version(first.data("c").await), version(second.data("c").await));
        assert_eq!(from_first, from_second);
    }

    async fn an_event_costs_as_many_statements_as_the_object(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let mut socket = app.socket(&admin).await;
        let one = "subscription { customerChanged { customer { firstName } } }";
        let none = "subscription { customerChanged { version } }";
        let nested = "subscription { customerChanged { customer { firstName addresses(first: 5) { nodes { city } } } } }";
        let statements = |answer: Value| answer["extensions"]["cost"]["statements"].as_u64().unwrap();
        for (query, cost) in [(none, 0), (one, 1), (nested, 2)] {
            socket.listen("c", query, json!({})).await;
            for name in ["A", "B", "C"] {
                rename(&app, &admin, ada.id(), &format!("{name}{cost}")).await;
                assert_eq!(statements(socket.next("c").await), cost, "{query}");
            }
            socket.send(json!({ "type": "complete", "id": "c" })).await;
            socket.settle().await;
        }
    }
}
