//! `emailVerificationRequest`: a mail once more, without a word about the address.

use std::time::Duration;

use serde_json::{Value, json};

use super::registration::proving;
use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both, on_both_with,
};

async fn register(app: &TestApp, email: &str) {
    let input = json!({ "input": { "email": email, "password": PASSWORD } });
    let query = "mutation($input: CustomerRegisterInput!) { customerRegister(input: $input) { isAccepted } }";
    assert_eq!(
        app.ask(&Persona::anonymous(), query, input).await.data()["customerRegister"]["isAccepted"],
        true
    );
}

async fn request(app: &TestApp, email: &str) -> Value {
    let query = "mutation($email: Email!) { emailVerificationRequest(input: { email: $email }) { isAccepted userErrors { code path message } } }";
    app.ask(&Persona::anonymous(), query, json!({ "email": email }))
        .await
        .data()
        .clone()
}

/// What a stranger sees who asks twice, waits, and asks again.
async fn seen(app: &TestApp, email: &str) -> Vec<Value> {
    let mut seen = vec![request(app, email).await, request(app, email).await];
    app.clock.advance(Duration::from_secs(61));
    seen.push(request(app, email).await);
    seen
}

async fn same_for_all(app: &TestApp) {
    register(app, "proven@example.com").await;
    app.execute("update customer set email_verified_at = created_at").await;
    register(app, "old@example.com").await;
    app.clock.advance(Duration::from_secs(61));
    let mut answers = Vec::new();
    for email in [
        "nobody@example.com",
        "proven@example.com",
        "old@example.com",
        "new@example.com",
    ] {
        if email == "new@example.com" {
            register(app, email).await;
        }
        answers.push(seen(app, email).await);
    }
    assert!(answers.iter().all(|seen| *seen == answers[0]), "{answers:#?}");
    let accepted: Vec<&Value> = answers[0]
        .iter()
        .map(|answer| &answer["emailVerificationRequest"]["isAccepted"])
        .collect();
    assert_eq!(accepted, [&json!(true), &json!(false), &json!(true)]);
    assert_eq!(
        answers[0][1]["emailVerificationRequest"]["userErrors"][0]["code"],
        "COOLDOWN"
    );
    // A mail goes where there is something to prove, and not a moment after the one before.
    for (name, expected) in [("nobody", 0), ("old", 3), ("new", 2)] {
        let mail = format!("mail where recipient = '{name}@example.com' and state = 'QUEUED'");
        assert_eq!(app.count(&mail).await, expected, "{name}");
    }
}

on_both! {
    async fn where_accounts_open_at_once_a_stranger_learns_nothing_by_asking_for_the_mail(app: TestApp) {
        same_for_all(&app).await;
    }
}

on_both_with! { proving();
    async fn where_proof_comes_first_a_stranger_learns_nothing_by_asking_for_the_mail(app: TestApp) {
        same_for_all(&app).await;
    }
}
