//! `guestOrder`, `guestOrderTokenCreate` and `guestOrderRequest`.

use std::time::{Duration, Instant};

use customer_graph::auth::AccountPolicy;
use serde_json::{Value, json};

use super::{activity, customer, link, row, tell, upsert};
use crate::{
    harness::{Answer, Persona, Setup, TestApp},
    on_both, on_both_with,
};

const LOOK: &str = "query($order: ID!, $source: String!, $email: Email!, $token: String!) { guestOrder(orderId: $order, source: $source, email: $email, token: $token) {
  orderId source displayId status paymentStatus fulfillmentStatus isCanceled total { amount } refunded { amount } placedAt
  lines { sku quantity total { amount } } activities { kind externalId status amount { amount } order { id } }
} }";

async fn look(app: &TestApp, token: &str, fields: Value) -> Answer {
    let mut variables = json!({ "order": "1", "source": "shop", "email": "guest@example.com", "token": token });
    for (name, value) in fields.as_object().unwrap() {
        variables[name] = value.clone();
    }
    app.ask(&Persona::anonymous(), LOOK, variables).await
}

async fn token(app: &TestApp, persona: &Persona, order: &str) -> Value {
    let create = "mutation($order: ID!) { guestOrderTokenCreate(input: { source: \"shop\", orderId: $order }) { token expiresAt userErrors { code path } } }";
    let answer = app.ask(persona, create, json!({ "order": order })).await;
    answer.body["data"]["guestOrderTokenCreate"].clone()
}

async fn request(app: &TestApp, order: &str, email: &str) -> Answer {
    let ask = "mutation($order: ID!, $email: Email!) { guestOrderRequest(input: { source: \"shop\", orderId: $order, email: $email }) { isAccepted userErrors { code path } } }";
    app.ask(&Persona::anonymous(), ask, json!({ "order": order, "email": email }))
        .await
}

/// An order of a guest, with lines and what happened.
async fn order(app: &TestApp) {
    let admin = app.admin().await;
    link(app, &admin, row("1", json!({ "displayId": "#1", "email": "Guest@Example.com", "channelHandle": "web", "lines": [{ "sku": "TEA", "quantity": 2, "total": "10" }] }))).await;
    tell(
        app,
        &admin,
        json!([
            activity("1", "REFUND", "r", json!({ "amount": "2", "note": "rude" })),
            activity("1", "NOTE", "n", json!({ "note": "rude" })),
        ]),
    )
    .await
    .data();
}

on_both! {
    async fn whoever_knows_the_address_and_has_the_token_looks_as_often_as_they_like(app: TestApp) {
        let admin = app.admin().await;
        order(&app).await;
        let made = token(&app, &admin, "1").await;
        let secret = made["token"].as_str().unwrap();
        for email in ["guest@example.com", " GUEST@example.com "] {
            let answer = look(&app, secret, json!({ "email": email })).await;
            assert_eq!(answer.data()["guestOrder"], json!({
                "orderId": "1", "source": "shop", "displayId": "#1", "status": "pending", "paymentStatus": null, "fulfillmentStatus": null, "isCanceled": false,
                "total": { "amount": "10.00" }, "refunded": { "amount": "2.00" }, "placedAt": "2026-01-01T00:00:00.000Z",
                "lines": [{ "sku": "TEA", "quantity": 2, "total": { "amount": "10.00" } }],
                "activities": [{ "kind": "REFUND", "externalId": "r", "status": "done", "amount": { "amount": "2.00" }, "order": null }],
            }));
            // The order with its lines and activities, and the link that an activity leads to, which nobody sees here.
            assert_eq!(answer.statements(), 4);
        }
        // What is guarded stays guarded.
        let note = LOOK.replace("externalId status", "note");
        let variables = json!({ "order": "1", "source": "shop", "email": "guest@example.com", "token": secret });
        let answer = app.ask(&Persona::anonymous(), &note, variables).await;
        assert_eq!(answer.codes(), ["UNAUTHENTICATED"]);
        assert!(!answer.body.to_string().contains("rude"));
        for table in ["order_token", "timeline_entry", "outbox_event", "mail"] {
            assert!(!app.dump(table).await.contains(secret), "{table}");
        }
        app.clock.advance(Duration::from_secs(29 * 86_400));
        assert!(look(&app, secret, json!({})).await.data()["guestOrder"].is_object());
        app.clock.advance(Duration::from_secs(86_400));
        assert!(look(&app, secret, json!({})).await.data()["guestOrder"].is_null());
    }

    async fn anything_wrong_is_nothing(app: TestApp) {
        let admin = app.admin().await;
        order(&app).await;
        link(&app, &admin, row("2", json!({ "email": "guest@example.com" }))).await;
        let (first, second) = (token(&app, &admin, "1").await, token(&app, &admin, "2").await);
        let secret = first["token"].as_str().unwrap();
        for (what, token, fields) in [
            ("the token of another order", second["token"].as_str().unwrap(), json!({})),
            ("another order", secret, json!({ "order": "2" })),
            ("no order", secret, json!({ "order": "nowhere" })),
            ("another source", secret, json!({ "source": "till" })),
            ("another address", secret, json!({ "email": "bob@example.com" })),
            ("no address", secret, json!({ "email": "" })),
            ("no token", "", json!({})),
            ("a wrong token", "cgt_wrong", json!({})),
            ("a long token", &"a".repeat(10_000), json!({})),
            ("control characters", secret, json!({ "order": "1\u{0}" })),
        ] {
            let answer = look(&app, token, fields).await;
            assert_eq!(answer.data()["guestOrder"], Value::Null, "{what}");
            assert!(answer.statements() <= 1, "{what}");
        }
        assert!(look(&app, secret, json!({})).await.data()["guestOrder"].is_object());
        assert_eq!(token(&app, &admin, "nowhere").await["userErrors"], json!([{ "code": "NOT_FOUND", "path": ["orderId"] }]));
        assert_eq!(token(&app, &admin, " ").await["userErrors"], json!([{ "code": "REQUIRED", "path": ["orderId"] }]));
        for persona in [app.api_key("reader", "*:read").await, app.customer("ada").await, Persona::anonymous()] {
            assert_eq!(token(&app, &persona, "1").await, Value::Null);
        }
    }

    async fn a_token_ends_when_the_order_goes_to_somebody_else(app: TestApp) {
        let admin = app.admin().await;
        let (ada, bob) = (customer(&app, "ada").await, customer(&app, "bob").await);
        order(&app).await;
        let made = token(&app, &admin, "1").await;
        let secret = made["token"].as_str().unwrap();
        // The shop tells whose it is: nobody's before.
        upsert(&app, &admin, json!([row("1", json!({ "customerId": ada }))])).await.data();
        assert!(look(&app, secret, json!({})).await.data()["guestOrder"].is_object());
        upsert(&app, &admin, json!([row("1", json!({ "customerId": bob }))])).await.data();
        assert!(look(&app, secret, json!({})).await.data()["guestOrder"].is_null());
        assert_eq!(app.count("order_token").await, 0);
        // And with the person.
        let made = token(&app, &admin, "1").await;
        let delete = "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"bob@example.com\" }) { userErrors { code } } }";
        assert_eq!(app.ask(&admin, delete, json!({ "id": bob })).await.user_errors("customerDelete"), [""; 0]);
        assert!(look(&app, made["token"].as_str().unwrap(), json!({})).await.data()["guestOrder"].is_null());
        assert_eq!(app.count("order_token").await, 0);
    }

    async fn a_link_is_sent_to_the_address_on_the_order_and_to_no_other(app: TestApp) {
        order(&app).await;
        let fits = request(&app, "1", "guest@EXAMPLE.com").await;
        let misses = [request(&app, "1", "bob@example.com").await, request(&app, "nowhere", "eve@example.com").await];
        for missed in &misses {
            assert_eq!((missed.status, &missed.body["data"]), (fits.status, &fits.body["data"]));
            assert_eq!(missed.statements(), fits.statements());
        }
        assert_eq!(fits.data()["guestOrderRequest"], json!({ "isAccepted": true, "userErrors": [] }));
        assert_eq!((app.count("mail").await, app.count("order_token").await), (3, 3));
        assert!(app.letters("bob@example.com").await.is_empty() && app.letters("eve@example.com").await.is_empty());
        // As the source told it.
        let letters = app.letters("Guest@Example.com").await;
        assert_eq!(letters.len(), 1);
        let letter = &letters[0].letter;
        assert_eq!(letter.subject, "Your order #1");
        assert!(letter.text.contains("/guest-order?order=1&source=shop#token=cgt_") || letter.text.contains("/guest-order?source=shop&order=1#token=cgt_"), "{}", letter.text);
        let secret = TestApp::token_in(&letters);
        assert!(look(&app, &secret, json!({})).await.data()["guestOrder"].is_object());
        for table in ["order_token", "mail"] {
            assert!(!app.dump(table).await.contains(&secret), "{table}");
        }
        app.clock.advance(Duration::from_secs(86_400));
        assert!(look(&app, &secret, json!({})).await.data()["guestOrder"].is_null());
        let wrong = request(&app, " ", "nobody").await;
        assert_eq!(wrong.data()["guestOrderRequest"], json!({ "isAccepted": false, "userErrors": [{ "code": "REQUIRED", "path": ["orderId"] }, { "code": "INVALID_EMAIL", "path": ["email"] }] }));
        // What nobody looks at any more goes, with the mails.
        app.clock.advance(Duration::from_secs(2 * 86_400));
        app.sweep().await;
        assert_eq!((app.count("mail").await, app.count("order_token").await), (0, 0));
    }
}

on_both_with! { Setup { accounts: AccountPolicy { answer_time: Duration::from_millis(300), attempts_per_account: 3, ..Setup::default().accounts }, ..Setup::default() };
    async fn an_answer_takes_its_time_and_nobody_is_flooded(app: TestApp) {
        order(&app).await;
        for (order, email) in [("1", "guest@example.com"), ("nowhere", "eve@example.com")] {
            for _ in 0..3 {
                let began = Instant::now();
                request(&app, order, email).await.data();
                assert!(began.elapsed() >= Duration::from_millis(300));
            }
            assert_eq!(request(&app, order, email).await.codes(), ["RATE_LIMITED"], "{email}");
        }
        assert_eq!(app.letters("Guest@Example.com").await.len(), 3);
    }
}
