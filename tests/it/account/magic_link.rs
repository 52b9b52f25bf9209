//! `magicLinkRequest` and `magicLinkConsume`.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    harness::{Answer, PASSWORD, Persona, TestApp},
    on_both,
};

async fn request(app: &TestApp, email: &str, actor: &str) -> Answer {
    let input = json!({ "input": { "email": email, "actor": actor } });
    app.ask(&Persona::anonymous(), "mutation($input: MagicLinkRequestInput!) { magicLinkRequest(input: $input) { isAccepted userErrors { code path } } }", input).await
}

async fn consume(app: &TestApp, token: &str) -> Value {
    let answer = app.ask(&Persona::anonymous(), "mutation($token: String!) { magicLinkConsume(input: { token: $token }) { accessToken refreshToken mfaToken userErrors { code path } } }", json!({ "token": token })).await;
    answer.data()["magicLinkConsume"].clone()
}

/// The token in the newest mail with a link to log in.
async fn link(app: &TestApp, email: &str) -> String {
    request(app, email, "CUSTOMER").await.data();
    TestApp::token_in(&app.letters(email).await)
}

fn code(answer: &Value) -> &str {
    answer["userErrors"][0]["code"].as_str().unwrap_or_default()
}

on_both! {
    async fn the_link_logs_in_once_and_proves_the_address(app: TestApp) {
        app.customer("ada").await;
        let token = link(&app, "ada@example.com").await;
        assert!(!app.dump("account_token").await.contains(&token));
        let answer = consume(&app, &token).await;
        assert_eq!(answer["userErrors"], json!([]));
        let ada = Persona::bearer("ada", answer["accessToken"].as_str().unwrap());
        let me = app.ask(&ada, "{ me { email emailVerifiedAt } }", json!({})).await;
        assert_eq!(me.data()["me"]["email"], "ada@example.com");
        assert!(me.data()["me"]["emailVerifiedAt"].is_string());
        assert_eq!(app.count("session where assurance = 'AAL1' and revoked_at is null").await, 1);
        assert_eq!(code(&consume(&app, &token).await), "TOKEN_INVALID");
    }

    async fn known_and_unknown_addresses_get_the_same_answer_by_the_same_statements(app: TestApp) {
        app.customer("ada").await;
        app.staff("sam", "*").await;
        let known = request(&app, "ada@example.com", "CUSTOMER").await;
        let customers = app.count("customer").await;
        for (email, actor) in [("nobody@example.com", "CUSTOMER"), ("sam@example.com", "CUSTOMER")] {
            let unknown = request(&app, email, actor).await;
            assert_eq!(known.body, unknown.body, "with the number of statements");
            assert_eq!(known.statements(), unknown.statements());
        }
        app.clock.advance(Duration::from_secs(61));
        assert_eq!(request(&app, "sam@example.com", "STAFF").await.data(), request(&app, "ada@example.com", "STAFF").await.data());
        assert_eq!(app.count("customer").await, customers, "no account is opened");
        assert!(app.letters("nobody@example.com").await.is_empty());
        assert_eq!(app.count("mail where template = 'magic_link' and state = 'WITHHELD'").await, 4, "both of nobody, sam as a customer, ada as staff");
        let input = request(&app, "nobody", "CUSTOMER").await;
        assert_eq!(input.data()["magicLinkRequest"], json!({ "isAccepted": false, "userErrors": [{ "code": "INVALID_EMAIL", "path": ["email"] }] }));
    }

    async fn asking_again_too_soon_sends_nothing_and_says_the_same(app: TestApp) {
        app.customer("ada").await;
        let first = request(&app, "ada@example.com", "CUSTOMER").await;
        let again = request(&app, "ada@example.com", "CUSTOMER").await;
        assert_eq!(first.data(), again.data());
        assert_eq!(app.count("mail where template = 'magic_link'").await, 1);
    }

    async fn only_the_newest_link_is_good_and_only_for_a_quarter_of_an_hour(app: TestApp) {
        app.customer("ada").await;
        let first = link(&app, "ada@example.com").await;
        app.clock.advance(Duration::from_secs(61));
        let second = link(&app, "ada@example.com").await;
        assert_ne!(first, second);
        assert_eq!(code(&consume(&app, &first).await), "TOKEN_INVALID");
        app.clock.advance(Duration::from_secs(15 * 60 + 1));
        assert_eq!(code(&consume(&app, &second).await), "TOKEN_EXPIRED");
    }

    async fn of_many_who_follow_one_link_at_once_one_is_in(app: TestApp) {
        app.customer("ada").await;
        let token = link(&app, "ada@example.com").await;
        let answers = join_all((0..20).map(|_| consume(&app, &token))).await;
        assert_eq!(answers.iter().filter(|answer| answer["accessToken"].is_string()).count(), 1);
    }

    async fn a_shut_account_stays_shut(app: TestApp) {
        app.customer("ada").await;
        let token = link(&app, "ada@example.com").await;
        app.execute("update customer set status = 'DISABLED'").await;
        assert_eq!(code(&consume(&app, &token).await), "TOKEN_INVALID");
        app.execute("update customer set status = 'INVITED'").await;
        assert_eq!(code(&consume(&app, &token).await), "ACCOUNT_DISABLED");
        app.clock.advance(Duration::from_secs(61));
        request(&app, "ada@example.com", "CUSTOMER").await.data();
        assert_eq!(app.count("mail where template = 'magic_link' and state = 'WITHHELD'").await, 1);
    }

    async fn a_log_in_by_password_makes_the_link_pointless(app: TestApp) {
        app.customer("ada").await;
        let token = link(&app, "ada@example.com").await;
        app.ask(&Persona::anonymous(), "mutation($password: String!) { sessionCreate(input: { email: \"ada@example.com\", password: $password }) { accessToken } }", json!({ "password": PASSWORD })).await.data();
        assert_eq!(code(&consume(&app, &token).await), "TOKEN_INVALID");
    }

    async fn whoever_opened_an_account_with_a_strangers_address_is_out_when_its_owner_comes(app: TestApp) {
        let mallory = app.customer("ada").await;
        let token = link(&app, "ada@example.com").await;
        assert!(consume(&app, &token).await["accessToken"].is_string());
        let answer = app.ask(&Persona::anonymous(), "mutation($password: String!) { sessionCreate(input: { email: \"ada@example.com\", password: $password }) { userErrors { code } } }", json!({ "password": PASSWORD })).await;
        assert_eq!(answer.user_errors("sessionCreate"), ["INVALID_CREDENTIALS"]);
        assert_eq!(app.count("session where revoked_at is null").await, 1, "not that of {}", mallory.name);
    }

    async fn a_proven_account_keeps_its_password_and_its_sessions(app: TestApp) {
        app.customer("ada").await;
        app.execute("update customer set email_verified_at = created_at").await;
        let token = link(&app, "ada@example.com").await;
        assert!(consume(&app, &token).await["accessToken"].is_string());
        assert_eq!(app.count("session where revoked_at is null").await, 2);
        assert_eq!(app.count("provider_identity").await, 1);
    }

    async fn staff_log_in_by_link_as_staff(app: TestApp) {
        app.staff("sam", "customers:read").await;
        request(&app, "sam@example.com", "STAFF").await.data();
        let letters = app.letters("sam@example.com").await;
        assert!(letters[0].letter.text.contains("/staff/magic-link#token="), "{}", letters[0].letter.text);
        let answer = consume(&app, &TestApp::token_in(&letters)).await;
        let sam = Persona::bearer("sam", answer["accessToken"].as_str().unwrap());
        assert_eq!(app.ask(&sam, "{ viewer { kind } }", json!({})).await.data()["viewer"]["kind"], "STAFF");
    }

    async fn a_token_of_another_purpose_is_refused(app: TestApp) {
        app.customer("ada").await;
        app.ask(&Persona::anonymous(), "mutation { passwordResetRequest(input: { email: \"ada@example.com\" }) { isAccepted } }", json!({})).await.data();
        let reset = TestApp::token_in(&app.letters("ada@example.com").await);
        for token in [reset.as_str(), "", "cgt_", "\u{0}", &"a".repeat(10_000)] {
            assert_eq!(code(&consume(&app, token).await), "TOKEN_INVALID");
        }
    }
}
