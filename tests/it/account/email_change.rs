//! `emailChangeRequest` and `emailChangeConfirm`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, Persona, TestApp},
    on_both,
};

async fn request(app: &TestApp, who: &Persona, email: &str) -> Value {
    let answer = app.ask(who, "mutation($email: Email!) { emailChangeRequest(input: { email: $email }) { isAccepted userErrors { code path } } }", json!({ "email": email })).await;
    answer.data()["emailChangeRequest"].clone()
}

async fn confirm(app: &TestApp, token: &str) -> Value {
    let answer = app.ask(&Persona::anonymous(), "mutation($token: String!) { emailChangeConfirm(input: { token: $token }) { isChanged userErrors { code path } } }", json!({ "token": token })).await;
    answer.data()["emailChangeConfirm"].clone()
}

async fn logs_in(app: &TestApp, email: &str) -> bool {
    let input = json!({ "input": { "email": email, "password": PASSWORD } });
    let answer = app
        .ask(
            &Persona::anonymous(),
            "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken } }",
            input,
        )
        .await;
    answer.data()["sessionCreate"]["accessToken"].is_string()
}

on_both! {
    async fn the_address_changes_when_the_new_one_is_proven_and_not_before(app: TestApp) {
        let ada = app.customer("ada").await;
        assert_eq!(request(&app, &ada, "New@example.com").await, json!({ "isAccepted": true, "userErrors": [] }));
        assert!(logs_in(&app, "ada@example.com").await);
        assert_eq!(app.letters("ada@example.com").await[0].letter.subject, "Your e-mail address is being changed");
        let token = TestApp::token_in(&app.letters("New@example.com").await);
        assert_eq!(confirm(&app, &token).await, json!({ "isChanged": true, "userErrors": [] }));
        assert!(logs_in(&app, "new@example.com").await);
        assert!(!logs_in(&app, "ada@example.com").await);
        let me = app.ask(&ada, "{ me { email emailVerifiedAt } }", json!({})).await;
        assert_eq!(me.data()["me"]["email"], "New@example.com");
        assert!(me.data()["me"]["emailVerifiedAt"].is_string());
        assert_eq!(confirm(&app, &token).await["userErrors"][0]["code"], "TOKEN_INVALID");
    }

    async fn a_taken_address_gets_the_same_answer_and_no_mail(app: TestApp) {
        let ada = app.customer("ada").await;
        app.customer("bob").await;
        app.letters("bob@example.com").await;
        let before = app.letters("bob@example.com").await.len();
        assert_eq!(request(&app, &ada, "bob@example.com").await, json!({ "isAccepted": true, "userErrors": [] }));
        assert_eq!(app.letters("bob@example.com").await.len(), before);
    }

    async fn an_address_that_was_taken_meanwhile_is_refused(app: TestApp) {
        let ada = app.customer("ada").await;
        request(&app, &ada, "bob@example.com").await;
        let token = TestApp::token_in(&app.letters("bob@example.com").await);
        app.customer("bob").await;
        assert_eq!(confirm(&app, &token).await["userErrors"][0]["code"], "TOKEN_INVALID");
        assert!(logs_in(&app, "ada@example.com").await);
    }

    async fn it_asks_for_a_recent_log_in(app: TestApp) {
        let ada = app.customer("ada").await;
        app.execute("update session set authenticated_at = '2020-01-01T00:00:00.000Z'").await;
        assert_eq!(request(&app, &ada, "new@example.com").await["userErrors"][0]["code"], "STEP_UP_REQUIRED");
    }

    async fn the_link_is_good_for_a_day_and_the_newest_only(app: TestApp) {
        let ada = app.customer("ada").await;
        request(&app, &ada, "one@example.com").await;
        let first = TestApp::token_in(&app.letters("one@example.com").await);
        request(&app, &ada, "two@example.com").await;
        let second = TestApp::token_in(&app.letters("two@example.com").await);
        assert_eq!(confirm(&app, &first).await["userErrors"][0]["code"], "TOKEN_INVALID");
        app.clock.advance(Duration::from_secs(24 * 60 * 60 + 1));
        assert_eq!(confirm(&app, &second).await["userErrors"][0]["code"], "TOKEN_EXPIRED");
    }

    async fn a_reset_link_to_the_old_address_is_not_good_any_more(app: TestApp) {
        let ada = app.customer("ada").await;
        app.ask(&Persona::anonymous(), "mutation { passwordResetRequest(input: { email: \"ada@example.com\" }) { isAccepted } }", json!({})).await.data();
        let reset = TestApp::token_in(&app.letters("ada@example.com").await);
        request(&app, &ada, "new@example.com").await;
        confirm(&app, &TestApp::token_in(&app.letters("new@example.com").await)).await;
        let answer = app.ask(&Persona::anonymous(), "mutation($token: String!) { passwordReset(input: { token: $token, newPassword: \"another long password\" }) { isReset userErrors { code } } }", json!({ "token": reset })).await;
        assert_eq!(answer.user_errors("passwordReset"), ["TOKEN_INVALID"]);
    }
}
