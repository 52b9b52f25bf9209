//! `orderTransferRequest`.

use std::time::Duration;

use customer_graph::auth::AccountPolicy;
use serde_json::{Value, json};

use super::*;
use crate::{harness::Setup, on_both, on_both_with, order::customer};

/// What Ada says who has the order in hand.
fn known(order: &str, email: &str) -> Value {
    json!({ "source": "shop", "orderId": order, "email": email })
}

fn strict() -> Setup {
    let setup = Setup::default();
    Setup {
        accounts: AccountPolicy {
            attempts_per_account: 3,
            mail_cooldown: Duration::ZERO,
            ..setup.accounts
        },
        ..setup
    }
}

on_both! {
    async fn staff_ask_and_the_owner_gets_a_mail(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "orders:*,customers:read").await, app.customer("ada").await);
        let guest = customer(&app, "guest").await;
        let link = order_of(&app, "1", json!({ "customerId": guest, "email": "old@example.com" })).await;
        let input = json!({ "orderLinkId": link, "toCustomerId": ada.id(), "reason": " Asked on the telephone ", "updateEmail": true });
        let answer = run(&app, &sam, "orderTransferRequest", input).await;
        let transfer = done(&answer, "orderTransferRequest")["orderTransfer"].clone();
        assert_eq!((&transfer["state"], &transfer["version"], &transfer["updateEmail"]), (&json!("REQUESTED"), &json!(1), &json!(true)));
        assert_eq!((&transfer["order"]["id"], &transfer["from"]["id"], &transfer["to"]["id"]), (&json!(link), &json!(guest), &json!(ada.id())));
        assert_eq!(transfer["requestedBy"]["type"], "STAFF");
        assert!(transfer["requestedBy"]["id"].as_str().unwrap().starts_with("staff_"));
        let id = transfer["id"].as_str().unwrap();
        let now = seen(&app, &link, id).await;
        assert_eq!((&now["node"]["reason"], &now["node"]["notification"]), (&json!("Asked on the telephone"), &json!({ "state": "QUEUED", "attempts": 0 })));
        assert_eq!(now["orderLink"]["activeTransfer"]["id"], id);
        let letters = app.letters("guest@example.com").await;
        let letter = &letters[0].letter;
        assert!(letter.subject.contains("#1") && letter.text.contains("our shop would like") && letter.text.contains("/order-transfer#token="), "{letter:?}");
        // Nothing of the new owner, and nothing that anybody typed.
        assert!(letter.text.split([' ', ',', '\n']).all(|word| !["ada", "ada@example.com", "telephone"].contains(&word)), "{letter:?}");
        assert_eq!(seen(&app, &link, id).await["node"]["notification"], json!({ "state": "SENT", "attempts": 1 }));
        // The address on the order is not that of its owner.
        assert_eq!(app.letters("old@example.com").await.len(), 0);
        assert_eq!(told(&app, &guest).await, ["order.linked", "order.transfer_requested"]);
        assert_eq!(told(&app, ada.id()).await, ["order.transfer_requested"]);
        assert!(!app.dump("timeline_entry").await.contains("telephone"));
        assert!(!app.dump("outbox_event").await.contains("telephone"));
        // Nothing has happened to the order yet.
        assert_eq!((&now["orderLink"]["customer"]["id"], &now["orderLink"]["version"]), (&json!(guest), &json!(1)));
    }

    async fn a_customer_asks_with_the_number_and_the_address_on_the_order(app: TestApp) {
        let ada = app.customer("ada").await;
        let guest = customer(&app, "guest").await;
        let link = order_of(&app, "1", json!({ "customerId": guest, "email": "Old@Example.com" })).await;
        let answer = run(&app, &ada, "orderTransferRequest", known(" 1 ", "OLD@example.COM")).await;
        let transfer = done(&answer, "orderTransferRequest")["orderTransfer"].clone();
        // Not the order, nor who has it.
        assert_eq!(transfer, json!({
            "id": transfer["id"], "state": "REQUESTED", "version": 1, "updateEmail": false, "order": null, "from": null,
            "to": { "id": ada.id() }, "requestedBy": { "type": "CUSTOMER", "id": ada.id() },
        }));
        let letters = app.letters("guest@example.com").await;
        assert!(letters[0].letter.text.contains("another customer of our shop asks"), "{:?}", letters[0].letter);
        assert!(!letters[0].letter.text.to_lowercase().contains("ada"));
        let answer = app.ask(&ada, "query($id: ID!) { orderLink(id: $id) { id } me { orders { totalCount } } }", json!({ "id": link })).await;
        assert_eq!(answer.data(), &json!({ "orderLink": null, "me": { "orders": { "totalCount": 0 } } }));
    }

    async fn who_does_not_know_the_address_learns_nothing(app: TestApp) {
        let ada = app.customer("ada").await;
        let guest = customer(&app, "guest").await;
        order_of(&app, "1", json!({ "customerId": guest, "email": "old@example.com" })).await;
        order_of(&app, "2", json!({ "customerId": guest })).await;
        order_of(&app, "3", json!({ "email": "else@example.com", "status": "canceled" })).await;
        order_of(&app, "own", json!({ "customerId": ada.id(), "email": "shop@example.com" })).await;
        let mut answers = Vec::new();
        for input in [
            known("1", "wrong@example.com"), known("1", "else@example.com"), known("nothing", "old@example.com"),
            known("2", "old@example.com"), known("2", "guest@example.com"), known("3", "old@example.com"),
            known("own", "old@example.com"), known("1", "no address"),
            json!({ "source": "other", "orderId": "1", "email": "old@example.com" }),
        ] {
            let answer = run(&app, &ada, "orderTransferRequest", input).await;
            assert_eq!(answer.user_errors("orderTransferRequest"), ["NOT_FOUND"]);
            answers.push((answer.body["data"].clone(), answer.statements()));
        }
        let first = answers[0].clone();
        assert!(answers.iter().all(|answer| *answer == first), "{answers:#?}");
        assert_eq!(app.count("order_transfer").await, 0);
        assert_eq!(app.letters("guest@example.com").await.len(), 0);
    }

    async fn each_scope_has_its_own_fields(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let link = order_of(&app, "1", json!({ "email": "old@example.com" })).await;
        let errors = |answer: &Answer| -> Vec<Value> {
            answer.data()["orderTransferRequest"]["userErrors"].as_array().unwrap().iter().map(|error| json!([error["code"], error["path"][0]])).collect()
        };
        let mut input = known("1", "old@example.com");
        for (field, value) in [("orderLinkId", json!(link)), ("toCustomerId", json!(ada.id())), ("reason", json!("a")), ("updateEmail", json!(false)), ("dryRun", json!(true))] {
            input[field] = value;
        }
        let answer = run(&app, &ada, "orderTransferRequest", input.clone()).await;
        assert_eq!(errors(&answer), ["orderLinkId", "toCustomerId", "reason", "updateEmail", "dryRun"].map(|path| json!(["FORBIDDEN_FIELD", path])));
        let answer = run(&app, &admin, "orderTransferRequest", input).await;
        assert_eq!(errors(&answer), ["source", "orderId", "email"].map(|path| json!(["FORBIDDEN_FIELD", path])));
        let answer = run(&app, &admin, "orderTransferRequest", json!({ "reason": "a".repeat(501) })).await;
        assert_eq!(errors(&answer), [json!(["TOO_LONG", "reason"]), json!(["REQUIRED", "orderLinkId"]), json!(["REQUIRED", "toCustomerId"])]);
        let answer = run(&app, &ada, "orderTransferRequest", json!({})).await;
        assert_eq!(errors(&answer), ["source", "orderId", "email"].map(|path| json!(["REQUIRED", path])));
        assert_eq!(app.count("order_transfer").await, 0);
    }

    async fn what_cannot_be_is_refused(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let (guest, out) = (customer(&app, "guest").await, app.customer("out").await);
        shut_out(&app, out.id()).await;
        let link = order_of(&app, "1", json!({ "customerId": bob.id() })).await;
        let canceled = order_of(&app, "2", json!({ "customerId": bob.id(), "status": "Canceled" })).await;
        let cancelled = order_of(&app, "3", json!({ "customerId": bob.id(), "status": "CANCELLED" })).await;
        let nowhere = order_of(&app, "4", json!({})).await;
        let admin_only = async |link: &str, to: &str| {
            let answer = run(&app, &admin, "orderTransferRequest", json!({ "orderLinkId": link, "toCustomerId": to })).await;
            let errors = answer.data()["orderTransferRequest"]["userErrors"].clone();
            (errors[0]["code"].as_str().unwrap().to_owned(), errors[0]["path"][0].as_str().unwrap_or_default().to_owned())
        };
        let nobody = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV";
        for (link, to, code, path) in [
            ("olink_01ARZ3NDEKTSV4RRFFQ69G5FAV", ada.id(), "NOT_FOUND", "orderLinkId"),
            (&link, nobody, "NOT_FOUND", "toCustomerId"),
            (&link, bob.id(), "ALREADY_OWNER", "orderLinkId"),
            (&canceled, ada.id(), "ORDER_CANCELED", "orderLinkId"),
            (&cancelled, ada.id(), "ORDER_CANCELED", "orderLinkId"),
            // Made by staff, and so a guest.
            (&link, &guest, "TARGET_IS_GUEST", "toCustomerId"),
            (&link, out.id(), "INVALID_STATE", "toCustomerId"),
            (&nowhere, ada.id(), "INVALID_STATE", ""),
        ] {
            assert_eq!(admin_only(link, to).await, (code.to_owned(), path.to_owned()), "{link} {to}");
        }
        assert_eq!(app.count("order_transfer").await, 0);
        asked(&app, &link, &ada).await;
        assert_eq!(admin_only(&link, ada.id()).await, ("ACTIVE_TRANSFER_EXISTS".to_owned(), "orderLinkId".to_owned()));
        // The owner of an order has no address, and that on the order is another's.
        let admin_customer = "mutation { customerCreate(input: { externalId: \"silent\" }) { customer { id } } }";
        let silent = app.ask(&admin, admin_customer, json!({})).await.data()["customerCreate"]["customer"]["id"].clone();
        let silent = order_of(&app, "5", json!({ "customerId": silent, "email": "old@example.com" })).await;
        assert_eq!(admin_only(&silent, ada.id()).await.0, "INVALID_STATE");
        // A customer who knows the address hears the same.
        let own = order_of(&app, "6", json!({ "customerId": ada.id(), "email": "ada@example.com" })).await;
        for (order, fields, code) in [
            ("6", json!({ "customerId": ada.id() }), "ALREADY_OWNER"), ("7", json!({ "status": "canceled" }), "ORDER_CANCELED"),
        ] {
            let mut fields = fields;
            fields["email"] = json!("ada@example.com");
            source_says(&app, order, fields).await;
            let answer = run(&app, &ada, "orderTransferRequest", known(order, "ada@example.com")).await;
            assert_eq!(answer.user_errors("orderTransferRequest"), [code]);
        }
        assert_eq!(owner(&app, &own).await, ada.id());
    }

    async fn where_nobody_owns_the_order_its_address_is_asked(app: TestApp) {
        let ada = app.customer("ada").await;
        let link = order_of(&app, "1", json!({ "email": "old@example.com" })).await;
        let transfer = asked(&app, &link, &ada).await;
        assert_eq!(seen(&app, &link, &transfer).await["node"]["from"], Value::Null);
        assert_eq!(told(&app, &link).await, ["order.linked", "order.transfer_requested"]);
        let token = token(&app, "old@example.com").await;
        done(&run(&app, &Persona::anonymous(), "orderTransferAccept", json!({ "token": token })).await, "orderTransferAccept");
        assert_eq!(owner(&app, &link).await, ada.id());
        assert_eq!(told(&app, &link).await, ["order.linked", "order.transfer_requested", "order.updated", "order.transfer_accepted"]);
        assert_eq!(told(&app, ada.id()).await, ["order.transfer_requested", "order.updated", "order.transfer_accepted"]);
    }

    async fn a_dry_run_asks_nobody_and_a_repetition_asks_once(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let guest = customer(&app, "guest").await;
        let link = order_of(&app, "1", json!({ "customerId": guest })).await;
        let mut input = json!({ "orderLinkId": link, "toCustomerId": ada.id(), "dryRun": true });
        let answer = run(&app, &admin, "orderTransferRequest", input.clone()).await;
        assert_eq!(done(&answer, "orderTransferRequest")["dryRun"]["events"], json!(["order.transfer_requested", "order.transfer_requested"]));
        assert_eq!((app.count("order_transfer").await, app.letters("guest@example.com").await.len()), (0, 0));
        input["dryRun"] = json!(false);
        input["idempotencyKey"] = json!("once");
        let first = done(&run(&app, &admin, "orderTransferRequest", input.clone()).await, "orderTransferRequest");
        let second = done(&run(&app, &admin, "orderTransferRequest", input).await, "orderTransferRequest");
        assert_eq!(first["orderTransfer"], second["orderTransfer"]);
        assert_eq!((app.count("order_transfer").await, app.letters("guest@example.com").await.len()), (1, 1));
    }

    async fn nobody_is_asked_again_and_again(app: TestApp) {
        let ada = app.customer("ada").await;
        let guest = customer(&app, "guest").await;
        order_of(&app, "1", json!({ "customerId": guest, "email": "old@example.com" })).await;
        let first = done(&run(&app, &ada, "orderTransferRequest", known("1", "old@example.com")).await, "orderTransferRequest");
        let cancel = json!({ "id": first["orderTransfer"]["id"] });
        done(&run(&app, &ada, "orderTransferCancel", cancel).await, "orderTransferCancel");
        let soon = run(&app, &ada, "orderTransferRequest", known("1", "old@example.com")).await;
        assert_eq!(soon.user_errors("orderTransferRequest"), ["COOLDOWN"]);
        app.clock.advance(Duration::from_secs(61));
        done(&run(&app, &ada, "orderTransferRequest", known("1", "old@example.com")).await, "orderTransferRequest");
    }
}

on_both_with! { strict();
    async fn whoever_guesses_has_to_wait(app: TestApp) {
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        order_of(&app, "1", json!({ "email": "old@example.com" })).await;
        for guess in ["a@example.com", "b@example.com", "c@example.com"] {
            let answer = run(&app, &ada, "orderTransferRequest", known("1", guess)).await;
            assert_eq!(answer.user_errors("orderTransferRequest"), ["NOT_FOUND"]);
        }
        let answer = run(&app, &ada, "orderTransferRequest", known("1", "old@example.com")).await;
        assert_eq!(answer.codes(), ["RATE_LIMITED"]);
        // That is Ada's own matter.
        done(&run(&app, &bob, "orderTransferRequest", known("1", "old@example.com")).await, "orderTransferRequest");
    }

    async fn asking_once_more_counts_like_asking(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "orders:*").await, app.customer("ada").await);
        order_of(&app, "1", json!({ "email": "old@example.com" })).await;
        order_of(&app, "2", json!({ "email": "old@example.com" })).await;
        let asked = done(&run(&app, &ada, "orderTransferRequest", known("1", "old@example.com")).await, "orderTransferRequest");
        let again = json!({ "id": asked["orderTransfer"]["id"] });
        for _ in 0..2 {
            done(&run(&app, &ada, "orderTransferResend", again.clone()).await, "orderTransferResend");
        }
        assert_eq!(run(&app, &ada, "orderTransferResend", again.clone()).await.codes(), ["RATE_LIMITED"]);
        assert_eq!(run(&app, &ada, "orderTransferRequest", known("2", "old@example.com")).await.codes(), ["RATE_LIMITED"]);
        // Staff answer for what they do.
        for _ in 0..4 {
            done(&run(&app, &sam, "orderTransferResend", again.clone()).await, "orderTransferResend");
        }
    }
}
