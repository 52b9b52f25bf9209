//! Who is not told.

use serde_json::{Value, json};

use super::{ADDRESS, CUSTOMER, ORDER, address, rename, run};
use crate::{
    harness::{Persona, TestApp},
    on_both, order,
};

/// Changes all that one customer has.
async fn change_everything(app: &TestApp, admin: &Persona, customer: &Persona, mark: &str) {
    rename(app, admin, customer.id(), mark).await;
    address(app, admin, customer.id(), mark).await;
    let row = order::row(mark, json!({ "customerId": customer.id(), "status": mark }));
    order::link(app, admin, row).await;
}

on_both! {
    async fn a_customer_hears_of_nothing_but_their_own(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let mut socket = app.socket(&bob).await;
        for (id, query) in [("c", CUSTOMER), ("a", ADDRESS), ("o", ORDER)] {
            socket.listen(id, query, json!({})).await;
            // Whom they name does not matter.
            socket.listen(&format!("{id}-ada"), query, json!({ "id": ada.id() })).await;
        }
        change_everything(&app, &admin, &ada, "hers").await;
        change_everything(&app, &admin, &bob, "his").await;
        let mut told: Vec<Value> = Vec::new();
        for _ in 0..3 {
            told.push(socket.receive().await);
        }
        let text = json!(told).to_string();
        assert!(!text.contains("hers") && !text.contains(ada.id()), "{text}");
        let ids: std::collections::BTreeSet<_> = told.iter().map(|message| message["id"].as_str().unwrap()).collect();
        assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["a", "c", "o"]);
    }

    async fn a_customer_is_not_told_of_what_only_staff_may_know(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let (mut hers, mut theirs) = (app.socket(&ada).await, app.socket(&admin).await);
        hers.listen("c", CUSTOMER, json!({})).await;
        theirs.listen("c", CUSTOMER, json!({})).await;
        let input = json!({ "id": ada.id(), "externalId": "x1", "privateMetadata": { "set": { "risk": 5 } }, "metadata": { "set": { "size": 40 } }, "lastName": "Byron" });
        run(&app, &admin, "customerUpdate", input, "customer { id }").await;
        let paths = |told: Value| told["customerChanged"]["changedPaths"].clone();
        assert_eq!(paths(theirs.data("c").await), json!(["lastName", "externalId", "metadata.size", "privateMetadata.risk"]));
        assert_eq!(paths(hers.data("c").await), json!(["lastName", "metadata.size"]));
    }

    async fn staff_hear_of_what_they_may_read_and_are_refused_the_rest(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let clerk = app.api_key("clerk", "addresses:read").await;
        let mut socket = app.socket(&clerk).await;
        for query in [CUSTOMER, ORDER] {
            let refused = socket.subscribe("x", query, json!({})).await.expect("errors");
            assert_eq!(refused[0]["extensions"]["code"], "FORBIDDEN", "{refused:#}");
        }
        let with_owner = "subscription { addressChanged { address { city customer { email } } } }";
        socket.listen("a", with_owner, json!({})).await;
        address(&app, &admin, ada.id(), "London").await;
        let answer = socket.next("a").await;
        assert_eq!(answer["data"]["addressChanged"]["address"]["city"], "London");
        assert!(!answer.to_string().contains("ada@example.com"), "{answer:#}");
    }

    async fn nobody_we_know_is_refused_every_subscription(app: TestApp) {
        for query in [CUSTOMER, ADDRESS, ORDER] {
            let mut events = app.events(&Persona::anonymous(), query, json!({})).await;
            let told = events.next().await;
            assert_eq!(told["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{told:#}");
            assert_eq!(told.get("data"), None);
        }
    }

    async fn staff_of_one_channel_hear_of_its_orders_alone(app: TestApp) {
        let (admin, owner) = (app.admin().await, app.staff("owner", "*").await);
        let (_, web) = order::link(&app, &admin, order::row("1", json!({ "channelHandle": "web" }))).await;
        order::link(&app, &admin, order::row("2", json!({ "channelHandle": "till" }))).await;
        let channel = app.ask(&admin, "query($id: ID!) { orderLink(id: $id) { channel { id } } }", json!({ "id": web["id"] })).await;
        let channel = channel.data()["orderLink"]["channel"]["id"].clone();
        let sam = app.staff("sam", "").await;
        let role = run(&app, &owner, "roleUpsert", json!({ "name": "Orders", "permissions": ["orders:read"] }), "role { id }").await;
        let user = app.ask(&sam, "{ viewer { staffUser { id } } }", json!({})).await;
        let input = json!({ "staffUserId": user.data()["viewer"]["staffUser"]["id"], "roleId": role["role"]["id"], "channelId": channel });
        run(&app, &owner, "roleAssign", input, "staffUser { id }").await;
        let mut socket = app.socket(&app.log_in_again(&sam).await).await;
        assert!(socket.subscribe("c", CUSTOMER, json!({})).await.is_some());
        socket.listen("o", ORDER, json!({})).await;
        let later = |channel: &str| json!({ "channelHandle": channel, "status": channel, "sourceUpdatedAt": "2026-01-02T00:00:00Z" });
        order::link(&app, &admin, order::row("2", later("till"))).await;
        order::link(&app, &admin, order::row("1", later("web"))).await;
        assert_eq!(socket.data("o").await["orderLinkChanged"]["orderLink"]["status"], "web");
    }

    async fn what_a_role_hides_is_hidden_in_what_is_told(app: TestApp) {
        let (admin, owner, ada) = (app.admin().await, app.staff("owner", "*").await, app.customer("ada").await);
        let masks = json!({ "name": "Masked", "permissions": ["*:read"], "fieldMasks": ["Customer.email"] });
        let role = run(&app, &owner, "roleUpsert", masks, "role { id }").await;
        let sam = app.staff("sam", "").await;
        let user = app.ask(&sam, "{ viewer { staffUser { id } } }", json!({})).await;
        let input = json!({ "staffUserId": user.data()["viewer"]["staffUser"]["id"], "roleId": role["role"]["id"] });
        run(&app, &owner, "roleAssign", input, "staffUser { id }").await;
        let mut socket = app.socket(&app.log_in_again(&sam).await).await;
        socket.listen("c", CUSTOMER, json!({})).await;
        let input = json!({ "id": ada.id(), "firstName": "Augusta", "email": "augusta@example.com" });
        run(&app, &admin, "customerUpdate", input, "customer { id }").await;
        let answer = socket.next("c").await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer:#}");
        assert_eq!(answer["errors"][0]["path"], json!(["customerChanged", "customer", "email"]));
        let told = &answer["data"]["customerChanged"];
        assert_eq!(told["customer"], json!({ "id": ada.id(), "firstName": "Augusta", "email": null }));
        assert_eq!(told["changedPaths"], json!(["firstName"]), "that it has changed is hidden, too");
    }
}
