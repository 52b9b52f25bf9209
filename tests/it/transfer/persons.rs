//! Customers who go while a transfer is open, or turn out to be others.

use serde_json::{Value, json};

use super::*;
use crate::{on_both, order::customer};

async fn delete(app: &TestApp, id: &str, email: &str) {
    let admin = app.admin().await;
    let query = "mutation($input: CustomerDeleteInput!) { customerDelete(input: $input) { deletedCustomerId userErrors { code } } }";
    let answer = app
        .ask(&admin, query, json!({ "input": { "id": id, "confirmEmail": email } }))
        .await;
    assert_eq!(answer.user_errors("customerDelete"), Vec::<&str>::new());
}

/// Somebody registers with the address of a guest and proves that it is theirs.
async fn claim(app: &TestApp, persona: &Persona) {
    let letters = app.letters(&format!("{}@example.com", persona.name)).await;
    let proof = letters
        .iter()
        .find(|letter| letter.letter.text.contains("/email-verification#"))
        .unwrap();
    let token = TestApp::token_in(std::slice::from_ref(proof));
    let query = "mutation($token: String!) { emailVerificationConfirm(input: { token: $token }) { isVerified userErrors { code } } }";
    let answer = app.ask(persona, query, json!({ "token": token })).await;
    assert_eq!(
        answer.data()["emailVerificationConfirm"]["isVerified"],
        true,
        "{}",
        answer.body
    );
}

on_both! {
    async fn when_the_owner_is_deleted_the_wish_ends_and_its_record_stays(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id(), "email": "old@example.com" })).await;
        let input = json!({ "orderLinkId": link, "toCustomerId": ada.id(), "reason": "Canary" });
        let transfer = done(&run(&app, &admin, "orderTransferRequest", input).await, "orderTransferRequest")["orderTransfer"]["id"].as_str().unwrap().to_owned();
        let token = token(&app, "bob@example.com").await;
        delete(&app, bob.id(), "bob@example.com").await;
        let now = seen(&app, &link, &transfer).await;
        assert_eq!((&now["node"]["state"], &now["node"]["from"], &now["node"]["reason"]), (&json!("CANCELLED"), &Value::Null, &Value::Null));
        assert_eq!((&now["node"]["to"]["id"], &now["orderLink"]["customer"]), (&json!(ada.id()), &Value::Null));
        assert_eq!(told(&app, ada.id()).await, ["order.transfer_requested", "order.transfer_cancelled"]);
        assert_eq!(run(&app, &Persona::anonymous(), "orderTransferAccept", json!({ "token": token })).await.user_errors("orderTransferAccept"), ["TOKEN_INVALID"]);
        for table in ["order_transfer", "account_token", "mail", "timeline_entry", "outbox_event", "idempotency_record"] {
            let dump = app.dump(table).await;
            assert!(!dump.contains("Canary") && !dump.contains("bob@example.com"), "{table}: {dump}");
        }
    }

    async fn when_who_shall_own_it_is_deleted_the_wish_ends(app: TestApp) {
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id(), "email": "old@example.com" })).await;
        let input = json!({ "source": "shop", "orderId": "1", "email": "old@example.com" });
        let transfer = done(&run(&app, &ada, "orderTransferRequest", input).await, "orderTransferRequest")["orderTransfer"]["id"].as_str().unwrap().to_owned();
        let token = token(&app, "bob@example.com").await;
        delete(&app, ada.id(), "ada@example.com").await;
        let now = seen(&app, &link, &transfer).await;
        assert_eq!((&now["node"]["state"], &now["node"]["to"], &now["orderLink"]["customer"]["id"]), (&json!("CANCELLED"), &Value::Null, &json!(bob.id())));
        assert_eq!(now["node"]["requestedBy"], json!({ "type": "CUSTOMER", "id": null }));
        assert_eq!(told(&app, bob.id()).await[1..], ["order.transfer_requested", "order.transfer_cancelled"]);
        assert_eq!(run(&app, &bob, "orderTransferAccept", json!({ "token": token })).await.user_errors("orderTransferAccept"), ["INVALID_TRANSITION"]);
    }

    async fn who_is_deleted_with_the_other_leaves_the_record_to_the_order(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id() })).await;
        let transfer = asked(&app, &link, &ada).await;
        let query = "mutation($input: CustomerBulkDeleteInput!) { customerBulkDelete(input: $input) { userErrors { code } } }";
        let answer = app.ask(&admin, query, json!({ "input": { "ids": [ada.id(), bob.id()] } })).await;
        assert_eq!(answer.user_errors("customerBulkDelete"), Vec::<&str>::new());
        assert_eq!(told(&app, &link).await, ["order.transfer_cancelled"]);
        let now = seen(&app, &link, &transfer).await;
        assert_eq!((&now["node"]["state"], &now["node"]["from"], &now["node"]["to"]), (&json!("CANCELLED"), &Value::Null, &Value::Null));
    }

    async fn a_guest_who_registers_answers_as_who_they_are(app: TestApp) {
        let ada = app.customer("ada").await;
        let guest = customer(&app, "bob").await;
        let (one, two) = (order_of(&app, "1", json!({ "customerId": guest })).await, order_of(&app, "2", json!({ "customerId": guest })).await);
        let (first, second) = (asked(&app, &one, &ada).await, asked(&app, &two, &ada).await);
        let letters = app.letters("bob@example.com").await;
        let of_first = letters.iter().find(|letter| letter.letter.subject.contains("#1")).unwrap();
        let token = TestApp::token_in(std::slice::from_ref(of_first));
        let bob = app.customer("bob").await;
        claim(&app, &bob).await;
        for (link, transfer) in [(&one, &first), (&two, &second)] {
            let now = seen(&app, link, transfer).await;
            assert_eq!((&now["node"]["state"], &now["node"]["from"]["id"], &now["orderLink"]["customer"]["id"]), (&json!("REQUESTED"), &json!(bob.id()), &json!(bob.id())));
            assert_eq!(now["node"]["notification"]["state"], "SENT");
        }
        let own = app.ask(&bob, "{ me { transfers { totalCount } } }", json!({})).await;
        assert_eq!(own.data()["me"]["transfers"]["totalCount"], 2);
        // The link from before is still good, and so is the account.
        done(&run(&app, &Persona::anonymous(), "orderTransferAccept", json!({ "token": token })).await, "orderTransferAccept");
        done(&run(&app, &bob, "orderTransferDecline", json!({ "id": second })).await, "orderTransferDecline");
        assert_eq!((owner(&app, &one).await, owner(&app, &two).await), (json!(ada.id()), json!(bob.id())));
    }

    async fn what_happened_to_a_guests_order_and_what_it_adds_up_to_come_to_the_account(app: TestApp) {
        let admin = app.admin().await;
        let guest = customer(&app, "bob").await;
        let bob = app.customer("bob").await;
        order_of(&app, "1", json!({ "customerId": guest })).await;
        order_of(&app, "2", json!({ "customerId": bob.id(), "totalAmount": "5.00" })).await;
        order::tell(&app, &admin, json!([
            order::activity("1", "RETURN", "sent back", json!({ "occurredAt": "2026-01-04T00:00:00Z" })),
            order::activity("1", "REFUND", "paid back", json!({ "amount": "2.50" })),
        ])).await.data();
        let before = (sums(&app, &guest).await, sums(&app, bob.id()).await);
        assert_eq!((&before.0["orderStats"]["orderCount"], &before.0["activities"]["totalCount"]), (&json!(1), &json!(2)));
        assert_eq!((&before.1["orderStats"]["orderCount"], &before.1["activities"]["totalCount"]), (&json!(1), &json!(0)));
        claim(&app, &bob).await;
        assert_eq!(sums(&app, &guest).await, Value::Null, "the guest is gone");
        assert_eq!(sums(&app, bob.id()).await, json!({
            "orderStats": { "orderCount": 2, "returnedOrderCount": 1, "returnRate": "0.5000", "byCurrency": [{
                "currencyCode": "EUR", "orderCount": 2, "returnedOrderCount": 1, "spent": { "amount": "15.00" }, "refunded": { "amount": "2.50" },
            }] },
            "activities": { "totalCount": 2, "nodes": [
                { "kind": "REFUND", "externalId": "paid back", "order": { "orderId": "1", "customer": { "id": bob.id() } } },
                { "kind": "RETURN", "externalId": "sent back", "order": { "orderId": "1", "customer": { "id": bob.id() } } },
            ] },
        }));
        check_recount(&app, "claimed").await;
    }

    async fn what_one_asked_of_oneself_as_a_guest_is_settled(app: TestApp) {
        let guest = customer(&app, "bob").await;
        let link = order_of(&app, "1", json!({ "customerId": guest, "email": "bob@example.com" })).await;
        let bob = app.customer("bob").await;
        let input = json!({ "source": "shop", "orderId": "1", "email": "bob@example.com" });
        let transfer = done(&run(&app, &bob, "orderTransferRequest", input).await, "orderTransferRequest")["orderTransfer"]["id"].as_str().unwrap().to_owned();
        claim(&app, &bob).await;
        assert_eq!((state(&app, &link, &transfer).await, owner(&app, &link).await), ("CANCELLED".to_owned(), json!(bob.id())));
        let own = app.ask(&bob, "{ me { transfers { nodes { id state } totalCount } } }", json!({})).await;
        assert_eq!(own.data()["me"]["transfers"], json!({ "nodes": [{ "id": transfer, "state": "CANCELLED" }], "totalCount": 1 }));
        assert_eq!(told(&app, bob.id()).await.iter().filter(|topic| *topic == "order.transfer_cancelled").count(), 1);
    }
}
