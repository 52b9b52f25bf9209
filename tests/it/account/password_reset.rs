//! `passwordResetRequest`, `passwordReset`, `customerPasswordResetSend`.

use std::time::Duration;

use customer_graph::auth::AccountPolicy;
use serde_json::{Value, json};

use crate::{
    harness::{Answer, PASSWORD, Persona, Setup, TestApp},
    on_both,
};

const NEW: &str = "another long password";

async fn request(app: &TestApp, email: &str) -> Answer {
    app.ask(&Persona::anonymous(), "mutation($email: Email!) { passwordResetRequest(input: { email: $email }) { isAccepted userErrors { code path } } }", json!({ "email": email })).await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Value {
    let answer = app.ask(&Persona::anonymous(), "mutation($token: String!, $password: String!) { passwordReset(input: { token: $token, newPassword: $password }) { isReset userErrors { code path } } }", json!({ "token": token, "password": password })).await;
    answer.data()["passwordReset"].clone()
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> bool {
    let input = json!({ "input": { "email": email, "password": password } });
    let answer = app.ask(&Persona::anonymous(), "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken userErrors { code } } }", input).await;
    answer.data()["sessionCreate"]["accessToken"].is_string()
}

async fn token(app: &TestApp, email: &str) -> String {
    TestApp::token_in(&app.letters(email).await)
}

on_both! {
    async fn the_link_sets_a_new_password_and_ends_every_session(app: TestApp) {
        let ada = app.customer("ada").await;
        request(&app, " ADA@example.com").await.data();
        let token = token(&app, "ada@example.com").await;
        assert_eq!(reset(&app, &token, NEW).await, json!({ "isReset": true, "userErrors": [] }));
        assert!(log_in(&app, "ada@example.com", NEW).await);
        assert!(!log_in(&app, "ada@example.com", PASSWORD).await);
        assert_eq!(app.count("session where revoked_at is null").await, 1);
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "Your password was changed");
        let _ = ada;
    }

    async fn an_unknown_address_gets_the_same_bytes_and_no_mail(app: TestApp) {
        app.customer("ada").await;
        let known = request(&app, "ada@example.com").await;
        let unknown = request(&app, "nobody@example.com").await;
        assert_eq!(known.body["data"], unknown.body["data"]);
        assert_eq!(known.statements(), unknown.statements());
        assert!(app.letters("nobody@example.com").await.is_empty());
        assert_eq!(app.count("mail where state = 'WITHHELD'").await, 1);
    }

    async fn the_link_is_good_for_half_an_hour_and_once(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await.data();
        let first = token(&app, "ada@example.com").await;
        app.clock.advance(Duration::from_secs(30 * 60 + 1));
        assert_eq!(reset(&app, &first, NEW).await["userErrors"][0]["code"], "TOKEN_EXPIRED");
        request(&app, "ada@example.com").await.data();
        let second = token(&app, "ada@example.com").await;
        assert_eq!(reset(&app, &second, NEW).await["isReset"], true);
        assert_eq!(reset(&app, &second, PASSWORD).await["userErrors"][0]["code"], "TOKEN_INVALID");
    }

    async fn an_older_link_is_not_good_after_a_newer_one(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await.data();
        let first = token(&app, "ada@example.com").await;
        app.clock.advance(Duration::from_secs(61));
        request(&app, "ada@example.com").await.data();
        let second = token(&app, "ada@example.com").await;
        assert_ne!(first, second);
        assert_eq!(reset(&app, &first, NEW).await["userErrors"][0]["code"], "TOKEN_INVALID");
        assert_eq!(reset(&app, &second, NEW).await["isReset"], true);
    }

    async fn of_fifty_who_use_a_link_at_once_one_sets_the_password(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await.data();
        let token = token(&app, "ada@example.com").await;
        let attempts = (0..50).map(|_| reset(&app, &token, NEW));
        let answers = futures_util::future::join_all(attempts).await;
        assert_eq!(answers.iter().filter(|answer| answer["isReset"] == true).count(), 1);
    }

    async fn a_weak_password_does_not_use_the_link_up(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await.data();
        let token = token(&app, "ada@example.com").await;
        assert_eq!(reset(&app, &token, "short").await["userErrors"], json!([{ "code": "PASSWORD_TOO_WEAK", "path": ["newPassword"] }]));
        assert_eq!(reset(&app, &token, NEW).await["isReset"], true);
    }

    async fn a_link_is_not_good_after_the_address_or_the_state_changed(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await.data();
        let link = token(&app, "ada@example.com").await;
        app.execute("update customer set status = 'DISABLED'").await;
        assert_eq!(reset(&app, &link, NEW).await["userErrors"][0]["code"], "TOKEN_INVALID");
        app.execute("update customer set status = 'ACTIVE', email = 'new@example.com', email_normalized = 'new@example.com'").await;
        assert_eq!(reset(&app, &link, NEW).await["userErrors"][0]["code"], "TOKEN_INVALID");
        assert!(log_in(&app, "ada@example.com", PASSWORD).await);
    }

    async fn a_log_in_makes_the_link_pointless(app: TestApp) {
        app.customer("ada").await;
        request(&app, "ada@example.com").await.data();
        let link = token(&app, "ada@example.com").await;
        assert!(log_in(&app, "ada@example.com", PASSWORD).await);
        assert_eq!(reset(&app, &link, NEW).await["userErrors"][0]["code"], "TOKEN_INVALID");
    }

    async fn a_token_of_another_purpose_is_refused(app: TestApp) {
        app.customer("ada").await;
        let verification = token(&app, "ada@example.com").await;
        assert_eq!(reset(&app, &verification, NEW).await["userErrors"][0]["code"], "TOKEN_INVALID");
        for nonsense in ["", "cgt_", "\u{0}", &"a".repeat(10_000)] {
            assert_eq!(reset(&app, nonsense, NEW).await["userErrors"][0]["code"], "TOKEN_INVALID");
        }
    }

    async fn staff_send_the_mail_but_never_set_the_password(app: TestApp) {
        let ada = app.customer("ada").await;
        let support = app.staff("support", "customers:read,sessions:write").await;
        let send = "mutation($id: ID!) { customerPasswordResetSend(input: { id: $id }) { isSent userErrors { code } } }";
        let sent = app.ask(&support, send, json!({ "id": ada.id() })).await;
        assert_eq!(sent.data()["customerPasswordResetSend"], json!({ "isSent": true, "userErrors": [] }));
        assert_eq!(reset(&app, &token(&app, "ada@example.com").await, NEW).await["isReset"], true);
        let blind = app.staff("blind", "sessions:write").await;
        let sent = app.ask(&blind, send, json!({ "id": ada.id() })).await;
        assert_eq!(sent.user_errors("customerPasswordResetSend"), ["NOT_FOUND"]);
        let bob = app.customer("bob").await;
        let denied = app.ask(&bob, send, json!({ "id": bob.id() })).await;
        assert_eq!(denied.codes(), ["FORBIDDEN"]);
    }

    async fn a_staff_user_resets_their_password_in_the_back_office(app: TestApp) {
        app.staff("sam", "*").await;
        let answer = app.ask(&Persona::anonymous(), "mutation { passwordResetRequest(input: { email: \"sam@example.com\", actor: STAFF }) { isAccepted } }", json!({})).await;
        assert_eq!(answer.data()["passwordResetRequest"]["isAccepted"], true);
        let letters = app.letters("sam@example.com").await;
        assert!(letters[0].letter.text.contains("/staff/password-reset#token="), "{}", letters[0].letter.text);
        assert_eq!(reset(&app, &TestApp::token_in(&letters), NEW).await["isReset"], true);
        let input = json!({ "input": { "email": "sam@example.com", "password": NEW, "actor": "STAFF" } });
        let answer = app.ask(&Persona::anonymous(), "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken } }", input).await;
        assert!(answer.data()["sessionCreate"]["accessToken"].is_string());
    }

    /// C1: what is written for a known address takes another time, which the answer must not tell.
    async fn an_answer_takes_its_time_whether_or_not_the_address_is_known(app: TestApp) {
        app.customer("ada").await;
        let setup = Setup::default();
        let least = Duration::from_millis(200);
        let accounts = AccountPolicy { answer_time: least, ..setup.accounts };
        let beside = app.beside(Setup { accounts, ..setup }).await;
        for field in ["passwordResetRequest", "magicLinkRequest", "otpRequest", "emailVerificationRequest"] {
            for email in ["ada@example.com", "nobody@example.com"] {
                let began = std::time::Instant::now();
                let query = format!("mutation($email: Email!) {{ {field}(input: {{ email: $email }}) {{ isAccepted }} }}");
                beside.ask(&Persona::anonymous(), &query, json!({ "email": email })).await.data();
                assert!(began.elapsed() >= least, "{field} {email}");
            }
        }
    }

    async fn of_many_requests_at_once_one_link_is_good_and_one_mail_goes_out(app: TestApp) {
        app.customer("ada").await;
        app.letters("ada@example.com").await;
        let before = app.count("mail").await;
        for answer in futures_util::future::join_all((0..10).map(|_| request(&app, "ada@example.com"))).await {
            assert_eq!(answer.data()["passwordResetRequest"]["isAccepted"], true);
        }
        assert_eq!(app.count("account_token where purpose = 'PASSWORD_RESET' and used_at is null").await, 1);
        assert_eq!(app.count("mail").await - before, 1);
    }
}
