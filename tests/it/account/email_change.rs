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

async fn confirm(app: &TestApp, who: &Persona, token: &str) -> Value {
    let answer = app.ask(who, "mutation($token: String!) { emailChangeConfirm(input: { token: $token }) { isChanged userErrors { code path } } }", json!({ "token": token })).await;
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
        assert_eq!(confirm(&app, &ada, &token).await, json!({ "isChanged": true, "userErrors": [] }));
        assert!(logs_in(&app, "new@example.com").await);
        assert!(!logs_in(&app, "ada@example.com").await);
        let me = app.ask(&ada, "{ me { email emailVerifiedAt } }", json!({})).await;
        assert_eq!(me.data()["me"]["email"], "New@example.com");
        assert!(me.data()["me"]["emailVerifiedAt"].is_string());
        assert_eq!(confirm(&app, &ada, &token).await["userErrors"][0]["code"], "TOKEN_INVALID");
    }

    async fn a_taken_address_gets_the_same_answer_and_its_owner_a_word(app: TestApp) {
        let ada = app.customer("ada").await;
        app.customer("bob").await;
        assert_eq!(request(&app, &ada, "bob@example.com").await, json!({ "isAccepted": true, "userErrors": [] }));
        let letters = app.letters("bob@example.com").await;
        assert_eq!(letters[0].letter.subject, "You have an account already");
        assert!(!letters[0].letter.text.contains("token="), "{}", letters[0].letter.text);
    }

    /// Mallory asks for Ada's address, and Ada follows the link in the mail: that must not give Mallory what is Ada's.
    async fn whoever_follows_the_link_must_be_logged_in_to_that_account(app: TestApp) {
        let admin = app.admin().await;
        app.ask(&admin, "mutation { customerCreate(input: { email: \"ada@example.com\", firstName: \"Guest\" }) { customer { id } } }", json!({})).await.data();
        let mallory = app.customer("mallory").await;
        request(&app, &mallory, "ada@example.com").await;
        let token = TestApp::token_in(&app.letters("ada@example.com").await);
        for who in [Persona::anonymous(), admin.clone()] {
            assert_eq!(confirm(&app, &who, &token).await["userErrors"][0]["code"], "STEP_UP_REQUIRED", "{}", who.name);
        }
        let me = app.ask(&mallory, "{ me { email emailVerifiedAt } }", json!({})).await;
        assert_eq!(me.data()["me"], json!({ "email": "mallory@example.com", "emailVerifiedAt": null }));
        assert_eq!(confirm(&app, &mallory, &token).await["isChanged"], true, "what was refused used nothing up");
    }

    /// CVE-2026-35407: the link of one customer in the hands of another.
    async fn a_link_in_the_hands_of_another_customer_is_refused_noted_and_good_no_longer(app: TestApp) {
        let ada = app.customer("ada").await;
        let bob = app.customer("bob").await;
        request(&app, &ada, "new@example.com").await;
        let token = TestApp::token_in(&app.letters("new@example.com").await);
        for who in [&bob, &ada] {
            assert_eq!(confirm(&app, who, &token).await, json!({ "isChanged": false, "userErrors": [{ "code": "TOKEN_INVALID", "path": ["token"] }] }), "{}", who.name);
        }
        assert!(app.column("outbox_event", "topic").await.contains(&"auth.email_change_refused".to_owned()));
        assert!(logs_in(&app, "ada@example.com").await);
    }

    /// Whoever had the account in their hands for a moment asks for another address; the owner takes the account back.
    async fn taking_the_account_back_ends_a_change_that_was_asked_for(app: TestApp) {
        let admin = app.admin().await;
        for (number, way) in ["reset", "change", "support", "link"].into_iter().enumerate() {
            let name: &'static str = ["ada", "bob", "cy", "dora"][number];
            let address = format!("{name}@example.com");
            let owner = app.customer(name).await;
            let evil = format!("evil{number}@example.com");
            assert_eq!(request(&app, &owner, &evil).await["isAccepted"], true);
            let stolen = TestApp::token_in(&app.letters(&evil).await);
            let mut now = owner.clone();
            match way {
                "reset" => {
                    app.ask(&Persona::anonymous(), "mutation($email: Email!) { passwordResetRequest(input: { email: $email }) { isAccepted } }", json!({ "email": address })).await.data();
                    let token = TestApp::token_in(&app.letters(&address).await);
                    let done = app.ask(&Persona::anonymous(), "mutation($token: String!, $password: String!) { passwordReset(input: { token: $token, newPassword: $password }) { isReset } }", json!({ "token": token, "password": PASSWORD })).await;
                    assert_eq!(done.data()["passwordReset"]["isReset"], true);
                }
                "change" => {
                    let done = app.ask(&owner, "mutation($old: String!) { passwordChange(input: { currentPassword: $old, newPassword: \"another long password\" }) { userErrors { code } } }", json!({ "old": PASSWORD })).await;
                    assert!(done.user_errors("passwordChange").is_empty(), "{:#}", done.body);
                }
                "support" => {
                    app.ask(&admin, "mutation($id: ID!) { customerSessionsRevoke(input: { id: $id, reason: \"stolen\" }) { userErrors { code } } }", json!({ "id": owner.id() })).await.data();
                }
                _ => {
                    app.ask(&Persona::anonymous(), "mutation($email: Email!) { magicLinkRequest(input: { email: $email }) { isAccepted } }", json!({ "email": address })).await.data();
                    let link = TestApp::token_in(&app.letters(&address).await);
                    let entered = app.ask(&Persona::anonymous(), "mutation($token: String!) { magicLinkConsume(input: { token: $token }) { accessToken } }", json!({ "token": link })).await;
                    now = Persona::bearer("dora", entered.data()["magicLinkConsume"]["accessToken"].as_str().unwrap());
                }
            }
            for who in [&Persona::anonymous(), &now] {
                assert_ne!(confirm(&app, who, &stolen).await["isChanged"], true, "{way}");
            }
            assert_eq!(app.count("account_token where purpose = 'EMAIL_CHANGE' and used_at is null").await, 0, "{way}");
        }
    }

    async fn an_address_that_was_taken_meanwhile_is_refused(app: TestApp) {
        let ada = app.customer("ada").await;
        request(&app, &ada, "bob@example.com").await;
        let token = TestApp::token_in(&app.letters("bob@example.com").await);
        app.customer("bob").await;
        assert_eq!(confirm(&app, &ada, &token).await["userErrors"][0]["code"], "TOKEN_INVALID");
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
        assert_eq!(confirm(&app, &ada, &first).await["userErrors"][0]["code"], "TOKEN_INVALID");
        app.clock.advance(Duration::from_secs(24 * 60 * 60 + 1));
        assert_eq!(confirm(&app, &ada, &second).await["userErrors"][0]["code"], "TOKEN_EXPIRED");
    }

    async fn a_reset_link_to_the_old_address_is_not_good_any_more(app: TestApp) {
        let ada = app.customer("ada").await;
        app.ask(&Persona::anonymous(), "mutation { passwordResetRequest(input: { email: \"ada@example.com\" }) { isAccepted } }", json!({})).await.data();
        let reset = TestApp::token_in(&app.letters("ada@example.com").await);
        request(&app, &ada, "new@example.com").await;
        confirm(&app, &ada, &TestApp::token_in(&app.letters("new@example.com").await)).await;
        let answer = app.ask(&Persona::anonymous(), "mutation($token: String!) { passwordReset(input: { token: $token, newPassword: \"another long password\" }) { isReset userErrors { code } } }", json!({ "token": reset })).await;
        assert_eq!(answer.user_errors("passwordReset"), ["TOKEN_INVALID"]);
    }
}
