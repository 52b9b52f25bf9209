//! Who may do what about transfers.

use serde_json::json;

use super::*;
use crate::{on_both, order::customer};

on_both! {
    async fn each_mutation_asks_for_its_permission(app: TestApp) {
        let ada = app.customer("ada").await;
        let guest = customer(&app, "guest").await;
        let link = order_of(&app, "1", json!({ "customerId": guest })).await;
        let request = json!({ "orderLinkId": link, "toCustomerId": ada.id() });
        let reader = app.api_key("reader", "orders:read,customers:*").await;
        assert_eq!(run(&app, &reader, "orderTransferRequest", request.clone()).await.codes(), ["FORBIDDEN"]);
        assert_eq!(run(&app, &Persona::anonymous(), "orderTransferRequest", request.clone()).await.codes(), ["UNAUTHENTICATED"]);
        // Whoever may write and not read is told that it worked, and no more.
        let writer = app.api_key("writer", "orders:write").await;
        let dry = "mutation($link: ID!, $to: ID!) { orderTransferRequest(input: { orderLinkId: $link, toCustomerId: $to, dryRun: true }) { dryRun { events changes { path } } } }";
        for (persona, is_shown) in [(&writer, false), (&app.admin().await, true)] {
            let answer = app.ask(persona, dry, json!({ "link": link, "to": ada.id() })).await;
            let dry_run = &answer.data()["orderTransferRequest"]["dryRun"];
            assert_eq!(dry_run["events"], json!(["order.transfer_requested", "order.transfer_requested"]));
            assert_eq!(!dry_run["changes"].as_array().unwrap().is_empty(), is_shown, "{}", persona.name);
        }
        let answer = run(&app, &writer, "orderTransferRequest", request).await;
        assert_eq!(done(&answer, "orderTransferRequest")["orderTransfer"], Value::Null);
        let id = app.ask(&reader, "{ orderTransfers { nodes { id } } }", json!({})).await.data()["orderTransfers"]["nodes"][0]["id"].clone();
        for mutation in ["orderTransferResend", "orderTransferCancel"] {
            assert_eq!(run(&app, &reader, mutation, json!({ "id": id })).await.codes(), ["FORBIDDEN"]);
        }
        let lists = app.ask(&writer, "query($id: ID!) { orderTransfers { nodes { id } } node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!((lists.codes(), &lists.body["data"]["node"]), (vec!["FORBIDDEN"], &Value::Null));
        done(&run(&app, &writer, "orderTransferCancel", json!({ "id": id })).await, "orderTransferCancel");
    }

    async fn who_acts_as_a_customer_neither_asks_nor_answers(app: TestApp) {
        let (sam, ada, bob) = (app.staff("sam", "*").await, app.customer("ada").await, app.customer("bob").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id(), "email": "old@example.com" })).await;
        let transfer = asked(&app, &link, &ada).await;
        let token = token(&app, "bob@example.com").await;
        let start = "mutation($id: ID!) { impersonationStart(input: { customerId: $id, reason: \"A call\", readOnly: false }) { accessToken } }";
        let acting = app.ask(&sam, start, json!({ "id": bob.id() })).await;
        let acting = Persona::bearer("acting", acting.data()["impersonationStart"]["accessToken"].as_str().unwrap());
        for (mutation, input) in [
            ("orderTransferAccept", json!({ "id": transfer })), ("orderTransferAccept", json!({ "token": token })), ("orderTransferDecline", json!({ "id": transfer })),
            ("orderTransferResend", json!({ "id": transfer })), ("orderTransferCancel", json!({ "id": transfer })),
            ("orderTransferRequest", json!({ "source": "shop", "orderId": "1", "email": "old@example.com" })),
        ] {
            assert_eq!(run(&app, &acting, mutation, input).await.codes(), ["FORBIDDEN"], "{mutation}");
        }
        assert_eq!(state(&app, &link, &transfer).await, "REQUESTED");
    }

    async fn of_the_other_side_a_customer_sees_nothing(app: TestApp) {
        let (ada, bob, cleo) = (app.customer("ada").await, app.customer("bob").await, app.customer("cleo").await);
        let sam = app.staff("sam", "orders:*").await;
        app.prove_addresses().await;
        let link = order_of(&app, "1", json!({ "customerId": bob.id(), "email": "old@example.com" })).await;
        let input = json!({ "source": "shop", "orderId": "1", "email": "old@example.com" });
        let id = done(&run(&app, &ada, "orderTransferRequest", input).await, "orderTransferRequest")["orderTransfer"]["id"].clone();
        let query = "query($id: ID!) { node(id: $id) { ... on OrderTransfer { from { id email } to { id email } order { id } requestedBy { type id } state } } }";
        let sees = async |persona: &Persona| app.ask(persona, query, json!({ "id": id })).await.data()["node"].clone();
        assert_eq!(sees(&ada).await, json!({
            "from": null, "to": { "id": ada.id(), "email": "ada@example.com" }, "order": null, "requestedBy": { "type": "CUSTOMER", "id": ada.id() }, "state": "REQUESTED",
        }));
        assert_eq!(sees(&bob).await, json!({
            "from": { "id": bob.id(), "email": "bob@example.com" }, "to": null, "order": { "id": link }, "requestedBy": { "type": "CUSTOMER", "id": null }, "state": "REQUESTED",
        }));
        assert_eq!(sees(&cleo).await, Value::Null);
        assert_eq!(sees(&Persona::anonymous()).await, Value::Null);
        let staff = "query($id: ID!) { node(id: $id) { ... on OrderTransfer { reason notification { state } } } }";
        for persona in [&ada, &bob] {
            assert_eq!(app.ask(persona, staff, json!({ "id": id })).await.codes(), ["FORBIDDEN", "FORBIDDEN"]);
        }
        // Of staff who ask, a customer sees that they are staff.
        let second = order_of(&app, "2", json!({ "customerId": bob.id() })).await;
        let asked = run(&app, &sam, "orderTransferRequest", json!({ "orderLinkId": second, "toCustomerId": ada.id(), "reason": "secret" })).await;
        let second = done(&asked, "orderTransferRequest")["orderTransfer"]["id"].clone();
        for persona in [&ada, &bob] {
            let answer = app.ask(persona, query, json!({ "id": second })).await;
            assert_eq!(answer.data()["node"]["requestedBy"], json!({ "type": "STAFF", "id": null }));
        }
    }

    async fn staff_of_a_channel_see_the_transfers_of_its_orders(app: TestApp) {
        let (admin, ada) = (app.staff("sam", "*").await, app.customer("ada").await);
        let here = order_of(&app, "1", json!({ "email": "old@example.com", "channelHandle": "here" })).await;
        let there = order_of(&app, "2", json!({ "email": "old@example.com", "channelHandle": "there" })).await;
        let (mine, others) = (asked(&app, &here, &ada).await, asked(&app, &there, &ada).await);
        let channel = app.ask(&admin, "query($id: ID!) { orderLink(id: $id) { channel { id } } }", json!({ "id": here })).await.data()["orderLink"]["channel"]["id"].clone();
        let role = app.ask(&admin, "mutation { roleUpsert(input: { name: \"Here\", permissions: [\"orders:read\"] }) { role { id } } }", json!({})).await;
        let clerk = app.staff("clerk", "").await;
        let user = app.ask(&clerk, "{ viewer { staffUser { id } } }", json!({})).await;
        let assign = json!({ "staffUserId": user.data()["viewer"]["staffUser"]["id"], "roleId": role.data()["roleUpsert"]["role"]["id"], "channelId": channel });
        let assigned = app.ask(&admin, "mutation($input: RoleAssignInput!) { roleAssign(input: $input) { userErrors { code } } }", json!({ "input": assign })).await;
        assert_eq!(assigned.user_errors("roleAssign"), Vec::<&str>::new());
        let clerk = app.log_in_again(&clerk).await;
        let query = "query($mine: ID!, $others: ID!) { orderTransfers { nodes { id notification { state } } totalCount } mine: node(id: $mine) { id } others: node(id: $others) { id } }";
        let answer = app.ask(&clerk, query, json!({ "mine": mine, "others": others })).await;
        assert_eq!(answer.data(), &json!({
            "orderTransfers": { "nodes": [{ "id": mine, "notification": { "state": "QUEUED" } }], "totalCount": 1 }, "mine": { "id": mine }, "others": null,
        }));
    }
}
