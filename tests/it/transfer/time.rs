//! What happens while the owner thinks: asking once more, taking back, and too late.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::{on_both, order::customer};

fn known(order: &str) -> Value {
    json!({ "source": "shop", "orderId": order, "email": "old@example.com" })
}

on_both! {
    async fn the_mail_is_sent_once_more_and_the_link_before_is_void(app: TestApp) {
        let (sam, ada) = (app.staff("sam", "orders:*").await, app.customer("ada").await);
        let guest = customer(&app, "guest").await;
        let link = order_of(&app, "1", json!({ "customerId": guest, "email": "old@example.com" })).await;
        let transfer = done(&run(&app, &ada, "orderTransferRequest", known("1")).await, "orderTransferRequest")["orderTransfer"]["id"].clone();
        let first = token(&app, "guest@example.com").await;
        let input = json!({ "id": transfer });
        for persona in [&sam, &ada] {
            assert_eq!(run(&app, persona, "orderTransferResend", input.clone()).await.user_errors("orderTransferResend"), ["COOLDOWN"]);
        }
        let until = seen(&app, &link, transfer.as_str().unwrap()).await["node"]["expiresAt"].clone();
        app.clock.advance(Duration::from_secs(61));
        let sent = done(&run(&app, &ada, "orderTransferResend", json!({ "id": transfer, "expectedVersion": 1 })).await, "orderTransferResend");
        assert_eq!(sent["orderTransfer"]["version"], 2);
        assert_eq!(run(&app, &sam, "orderTransferResend", input.clone()).await.user_errors("orderTransferResend"), ["COOLDOWN"]);
        app.clock.advance(Duration::from_secs(61));
        assert_eq!(run(&app, &sam, "orderTransferResend", json!({ "id": transfer, "expectedVersion": 1 })).await.user_errors("orderTransferResend"), ["CONFLICT"]);
        // A dry run is for staff.
        assert_eq!(run(&app, &ada, "orderTransferResend", json!({ "id": transfer, "dryRun": true })).await.user_errors("orderTransferResend"), ["FORBIDDEN_FIELD"]);
        let dry = done(&run(&app, &sam, "orderTransferResend", json!({ "id": transfer, "dryRun": true })).await, "orderTransferResend");
        assert_eq!(dry["dryRun"]["events"], json!(["order.transfer_resent", "order.transfer_resent"]));
        let second = token(&app, "guest@example.com").await;
        assert_ne!(first, second);
        let nobody = Persona::anonymous();
        assert_eq!(run(&app, &nobody, "orderTransferAccept", json!({ "token": first })).await.user_errors("orderTransferAccept"), ["TOKEN_INVALID"]);
        // It does not last longer by that.
        assert_eq!(seen(&app, &link, transfer.as_str().unwrap()).await["node"]["expiresAt"], until);
        done(&run(&app, &nobody, "orderTransferAccept", json!({ "token": second })).await, "orderTransferAccept");
        assert_eq!(run(&app, &sam, "orderTransferResend", input).await.user_errors("orderTransferResend"), ["INVALID_TRANSITION"]);
        assert_eq!(told(&app, ada.id()).await, ["order.transfer_requested", "order.transfer_resent", "order.updated", "order.transfer_accepted"]);
    }

    async fn a_mail_that_still_waits_is_not_sent_when_a_newer_one_takes_its_place(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let guest = customer(&app, "guest").await;
        let link = order_of(&app, "1", json!({ "customerId": guest })).await;
        let transfer = asked(&app, &link, &ada).await;
        app.clock.advance(Duration::from_secs(61));
        done(&run(&app, &admin, "orderTransferResend", json!({ "id": transfer })).await, "orderTransferResend");
        assert_eq!(app.letters("guest@example.com").await.len(), 1);
    }

    async fn whoever_asked_takes_it_back(app: TestApp) {
        let (sam, ada, bob) = (app.staff("sam", "orders:*").await, app.customer("ada").await, app.customer("bob").await);
        let link = order_of(&app, "1", json!({ "customerId": bob.id(), "email": "old@example.com" })).await;
        let first = done(&run(&app, &ada, "orderTransferRequest", known("1")).await, "orderTransferRequest")["orderTransfer"]["id"].clone();
        let token = token(&app, "bob@example.com").await;
        // Not the owner, who declines.
        assert_eq!(run(&app, &bob, "orderTransferCancel", json!({ "id": first })).await.user_errors("orderTransferCancel"), ["NOT_FOUND"]);
        assert_eq!(run(&app, &ada, "orderTransferCancel", json!({ "id": first, "expectedVersion": 7 })).await.user_errors("orderTransferCancel"), ["CONFLICT"]);
        let cancelled = done(&run(&app, &ada, "orderTransferCancel", json!({ "id": first })).await, "orderTransferCancel");
        assert_eq!(cancelled["orderTransfer"]["state"], "CANCELLED");
        for (persona, mutation, input) in [
            (&ada, "orderTransferCancel", json!({ "id": first })), (&sam, "orderTransferResend", json!({ "id": first })), (&bob, "orderTransferAccept", json!({ "token": token })),
            (&bob, "orderTransferDecline", json!({ "id": first })),
        ] {
            assert_eq!(run(&app, persona, mutation, input).await.user_errors(mutation), ["INVALID_TRANSITION"], "{mutation}");
        }
        assert_eq!(owner(&app, &link).await, bob.id());
        // What staff asked for, staff take back, and nobody else.
        let second = asked(&app, &link, &ada).await;
        for mutation in ["orderTransferCancel", "orderTransferResend"] {
            assert_eq!(run(&app, &ada, mutation, json!({ "id": second })).await.user_errors(mutation), ["NOT_FOUND"]);
        }
        done(&run(&app, &sam, "orderTransferCancel", json!({ "id": second })).await, "orderTransferCancel");
        assert_eq!(told(&app, bob.id()).await[1..], ["order.transfer_requested", "order.transfer_cancelled", "order.transfer_requested", "order.transfer_cancelled"]);
        assert_eq!(app.count("order_transfer").await, 2);
    }

    async fn what_nobody_answers_in_time_ends_when_somebody_touches_it(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        for (number, mutation) in ["orderTransferAccept", "orderTransferDecline", "orderTransferResend", "orderTransferCancel", "orderTransferRequest"].into_iter().enumerate() {
            let number = number.to_string();
            let link = order_of(&app, &number, json!({ "customerId": bob.id() })).await;
            let transfer = asked(&app, &link, &ada).await;
            let token = token(&app, "bob@example.com").await;
            app.clock.advance(DAY * 7 - Duration::from_secs(60));
            let offer = "query($token: String!) { orderTransfer(token: $token) { orderId } }";
            assert_eq!(app.ask(&Persona::anonymous(), offer, json!({ "token": token })).await.data()["orderTransfer"]["orderId"], number);
            app.clock.advance(Duration::from_secs(60));
            assert_eq!(app.ask(&Persona::anonymous(), offer, json!({ "token": token })).await.data()["orderTransfer"], Value::Null);
            assert_eq!(seen(&app, &link, &transfer).await["orderLink"]["activeTransfer"], Value::Null);
            match mutation {
                "orderTransferRequest" => drop(asked(&app, &link, &ada).await),
                "orderTransferResend" | "orderTransferCancel" => {
                    assert_eq!(run(&app, &admin, mutation, json!({ "id": transfer })).await.user_errors(mutation), ["TRANSFER_EXPIRED"]);
                }
                _ => {
                    for _ in 0..2 {
                        assert_eq!(run(&app, &Persona::anonymous(), mutation, json!({ "token": token })).await.user_errors(mutation), ["TRANSFER_EXPIRED"]);
                    }
                }
            }
            assert_eq!((state(&app, &link, &transfer).await, owner(&app, &link).await), ("EXPIRED".to_owned(), json!(bob.id())));
        }
    }

    async fn the_housekeeper_ends_what_is_too_old(app: TestApp) {
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        let (old, young) = (order_of(&app, "1", json!({ "customerId": bob.id() })).await, order_of(&app, "2", json!({})).await);
        let old_transfer = asked(&app, &old, &ada).await;
        app.clock.advance(DAY * 3);
        source_says(&app, "2", json!({ "email": "old@example.com" })).await;
        let young_transfer = asked(&app, &young, &ada).await;
        app.sweep().await;
        assert_eq!(state(&app, &old, &old_transfer).await, "REQUESTED");
        app.clock.advance(DAY * 4);
        app.sweep().await;
        assert_eq!((state(&app, &old, &old_transfer).await, state(&app, &young, &young_transfer).await), ("EXPIRED".to_owned(), "REQUESTED".to_owned()));
        assert_eq!(told(&app, bob.id()).await[1..], ["order.transfer_requested", "order.transfer_expired"]);
        assert_eq!(told(&app, ada.id()).await.last().unwrap(), "order.transfer_expired");
        // Tokens and mails do not last for ever; the record does.
        app.clock.advance(DAY * 40);
        app.sweep().await;
        assert_eq!(app.count("account_token where purpose = 'ORDER_TRANSFER'").await, 0);
        let now = seen(&app, &old, &old_transfer).await;
        assert_eq!((&now["node"]["state"], &now["node"]["to"]["id"]), (&json!("EXPIRED"), &json!(ada.id())));
        assert_eq!(state(&app, &young, &young_transfer).await, "EXPIRED");
    }
}
