//! Logging in with a second factor, and every way around it (C17).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use super::{challenge, enroll, is_in, log_in, verify};
use crate::{
    harness::{PASSWORD, Persona, Setup, TestApp},
    on_both,
};

on_both! {
    async fn the_second_step_opens_the_session(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        let token = challenge(&app, "ada@example.com").await;
        assert!(!app.dump("account_token").await.contains(&token));
        let answer = verify(&app, &token, json!({ "code": phone.code(&app, 1) })).await;
        let ada = Persona::bearer("ada", answer.data()["sessionVerifyMfa"]["accessToken"].as_str().unwrap());
        assert_eq!(app.ask(&ada, "{ me { email } }", json!({})).await.data()["me"]["email"], "ada@example.com");
        assert_eq!(app.count("session where assurance = 'AAL2'").await, 2);
        assert_eq!(verify(&app, &token, json!({ "code": phone.code(&app, 1) })).await.user_errors("sessionVerifyMfa"), ["TOKEN_INVALID"]);
    }

    async fn the_challenge_is_given_for_the_right_password_alone_and_costs_one_hash(app: TestApp) {
        let ada = app.customer("ada").await;
        enroll(&app, &ada).await;
        let before = app.app.parts.passwords.computed();
        let answer = log_in(&app, "ada@example.com", "something else").await;
        assert_eq!(answer["userErrors"][0]["code"], "INVALID_CREDENTIALS");
        assert!(answer["mfaToken"].is_null());
        challenge(&app, "ada@example.com").await;
        assert_eq!(app.app.parts.passwords.computed() - before, 2);
    }

    async fn a_code_works_once_even_with_another_challenge(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        let code = phone.code(&app, 1);
        let (one, two) = (challenge(&app, "ada@example.com").await, challenge(&app, "ada@example.com").await);
        assert!(is_in(&verify(&app, &one, json!({ "code": code })).await));
        let three = challenge(&app, "ada@example.com").await;
        for token in [&two, &three] {
            assert!(!is_in(&verify(&app, token, json!({ "code": code })).await));
        }
        assert!(!is_in(&verify(&app, &three, json!({ "code": phone.code(&app, 0) })).await), "nor does one before it");
        app.clock.advance(Duration::from_secs(60));
        assert!(is_in(&verify(&app, &three, json!({ "code": phone.code(&app, 0) })).await), "the next one does");
    }

    async fn of_many_who_show_one_code_at_once_one_is_in(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        let mut tokens = Vec::new();
        for _ in 0..4 {
            tokens.push(challenge(&app, "ada@example.com").await);
        }
        let code = phone.code(&app, 1);
        let attempts = (0..20).map(|position| verify(&app, &tokens[position % 4], json!({ "code": code })));
        let answers = join_all(attempts).await;
        assert_eq!(answers.iter().filter(|answer| is_in(answer)).count(), 1);
    }

    async fn a_clock_may_be_off_by_one_step_and_no_more(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        app.clock.advance(Duration::from_secs(300));
        let token = challenge(&app, "ada@example.com").await;
        // The step may end between the making of a code and its use.
        for steps in [-3, 3] {
            assert_eq!(verify(&app, &token, json!({ "code": phone.code(&app, steps) })).await.user_errors("sessionVerifyMfa"), ["MFA_INVALID"]);
        }
        assert!(is_in(&verify(&app, &token, json!({ "code": phone.code(&app, 1) })).await));
    }

    async fn five_wrong_tries_kill_the_challenge(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        let token = challenge(&app, "ada@example.com").await;
        for _ in 0..5 {
            assert_eq!(verify(&app, &token, json!({ "code": phone.wrong_code(&app) })).await.user_errors("sessionVerifyMfa"), ["MFA_INVALID"]);
        }
        assert_eq!(verify(&app, &token, json!({ "code": phone.code(&app, 1) })).await.user_errors("sessionVerifyMfa"), ["TOKEN_INVALID"]);
        let token = challenge(&app, "ada@example.com").await;
        join_all((0..20).map(|_| verify(&app, &token, json!({ "code": phone.wrong_code(&app) })))).await;
        assert_eq!(app.count("account_token where attempts > 5").await, 0);
        assert!(!is_in(&verify(&app, &token, json!({ "code": phone.code(&app, 1) })).await));
    }

    async fn the_challenge_is_good_for_five_minutes(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        let token = challenge(&app, "ada@example.com").await;
        app.clock.advance(Duration::from_secs(5 * 60 + 1));
        assert_eq!(verify(&app, &token, json!({ "code": phone.code(&app, 0) })).await.user_errors("sessionVerifyMfa"), ["TOKEN_INVALID"]);
    }

    async fn a_recovery_code_works_once(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        let code = phone.recovery_codes[3].to_lowercase().replace('-', " ");
        let tokens = [challenge(&app, "ada@example.com").await, challenge(&app, "ada@example.com").await];
        let attempts = (0..10).map(|position| verify(&app, &tokens[position % 2], json!({ "recoveryCode": code })));
        let answers = join_all(attempts).await;
        assert_eq!(answers.iter().filter(|answer| is_in(answer)).count(), 1);
        let token = challenge(&app, "ada@example.com").await;
        assert_eq!(verify(&app, &token, json!({ "recoveryCode": code })).await.user_errors("sessionVerifyMfa"), ["MFA_INVALID"]);
        assert!(is_in(&verify(&app, &token, json!({ "recoveryCode": phone.recovery_codes[4] })).await));
    }

    async fn a_recovery_code_of_somebody_else_is_refused(app: TestApp) {
        let (ada, bob) = (app.customer("ada").await, app.customer("bob").await);
        enroll(&app, &ada).await;
        let bobs = enroll(&app, &bob).await;
        let token = challenge(&app, "ada@example.com").await;
        assert!(!is_in(&verify(&app, &token, json!({ "recoveryCode": bobs.recovery_codes[0] })).await));
        assert!(!is_in(&verify(&app, &token, json!({ "code": bobs.code(&app, 1) })).await));
    }

    async fn a_new_password_is_no_way_around_the_factor(app: TestApp) {
        let ada = app.customer("ada").await;
        app.execute("update customer set email_verified_at = created_at").await;
        let phone = enroll(&app, &ada).await;
        let before = challenge(&app, "ada@example.com").await;
        app.ask(&Persona::anonymous(), "mutation { passwordResetRequest(input: { email: \"ada@example.com\" }) { isAccepted } }", json!({})).await.data();
        let reset = TestApp::token_in(&app.letters("ada@example.com").await);
        let answer = app.ask(&Persona::anonymous(), "mutation($token: String!, $password: String!) { passwordReset(input: { token: $token, newPassword: $password }) { isReset } }", json!({ "token": reset, "password": PASSWORD })).await;
        assert_eq!(answer.data()["passwordReset"]["isReset"], true);
        assert_eq!(verify(&app, &before, json!({ "code": phone.code(&app, 1) })).await.user_errors("sessionVerifyMfa"), ["TOKEN_INVALID"], "the old password opens nothing");
        let token = challenge(&app, "ada@example.com").await;
        assert!(is_in(&verify(&app, &token, json!({ "code": phone.code(&app, 1) })).await));
    }

    async fn links_and_codes_by_mail_are_no_way_around_the_factor(app: TestApp) {
        let ada = app.customer("ada").await;
        app.execute("update customer set email_verified_at = created_at").await;
        let phone = enroll(&app, &ada).await;
        app.ask(&Persona::anonymous(), "mutation { magicLinkRequest(input: { email: \"ada@example.com\" }) { isAccepted } }", json!({})).await.data();
        let link = TestApp::token_in(&app.letters("ada@example.com").await);
        let answer = app.ask(&Persona::anonymous(), "mutation($token: String!) { magicLinkConsume(input: { token: $token }) { accessToken mfaToken userErrors { code } } }", json!({ "token": link })).await;
        assert_eq!(answer.user_errors("magicLinkConsume"), ["MFA_REQUIRED"]);
        assert!(answer.data()["magicLinkConsume"]["accessToken"].is_null());
        let token = answer.data()["magicLinkConsume"]["mfaToken"].as_str().unwrap();
        assert!(is_in(&verify(&app, token, json!({ "code": phone.code(&app, 1) })).await));
    }

    /// Staff put another address in the place of the proven one: its owner logs in with the factor all the same.
    async fn another_address_is_no_way_around_the_factor(app: TestApp) {
        let erp = app.staff("erp", "customers:*").await;
        let ada = app.customer("ada").await;
        enroll(&app, &ada).await;
        let moved = app.ask(&erp, "mutation($id: ID!) { customerUpdate(input: { id: $id, email: \"clerk@evil.example\" }) { customer { id } userErrors { code } } }", json!({ "id": ada.id() })).await;
        assert!(moved.data()["customerUpdate"]["customer"]["id"].is_string(), "{:#}", moved.body);
        app.ask(&Persona::anonymous(), "mutation { passwordResetRequest(input: { email: \"clerk@evil.example\" }) { isAccepted } }", json!({})).await.data();
        let token = TestApp::token_in(&app.letters("clerk@evil.example").await);
        let reset = app.ask(&Persona::anonymous(), "mutation($token: String!, $password: String!) { passwordReset(input: { token: $token, newPassword: $password }) { isReset } }", json!({ "token": token, "password": PASSWORD })).await;
        assert_eq!(reset.data()["passwordReset"]["isReset"], true);
        challenge(&app, "clerk@evil.example").await;
        app.execute("update customer set email_verified_at = null").await;
        app.ask(&Persona::anonymous(), "mutation { magicLinkRequest(input: { email: \"clerk@evil.example\" }) { isAccepted } }", json!({})).await.data();
        let link = TestApp::token_in(&app.letters("clerk@evil.example").await);
        let answer = app.ask(&Persona::anonymous(), "mutation($token: String!) { magicLinkConsume(input: { token: $token }) { accessToken userErrors { code } } }", json!({ "token": link })).await;
        assert_eq!(answer.user_errors("magicLinkConsume"), ["MFA_REQUIRED"]);
        assert_eq!(app.count("mfa_factor").await, 1);
    }

    async fn an_account_that_was_shut_meanwhile_stays_shut(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        let token = challenge(&app, "ada@example.com").await;
        app.execute("update customer set status = 'DISABLED'").await;
        assert_eq!(verify(&app, &token, json!({ "code": phone.code(&app, 1) })).await.user_errors("sessionVerifyMfa"), ["ACCOUNT_DISABLED"]);
    }

    async fn nonsense_is_refused(app: TestApp) {
        let ada = app.customer("ada").await;
        let phone = enroll(&app, &ada).await;
        let token = challenge(&app, "ada@example.com").await;
        for shown in [json!({}), json!({ "code": "000000", "recoveryCode": "x" })] {
            assert_eq!(verify(&app, &token, shown).await.user_errors("sessionVerifyMfa"), ["REQUIRED"]);
        }
        for wrong in ["", "cgt_", "\u{0}", &"a".repeat(10_000)] {
            assert_eq!(verify(&app, wrong, json!({ "code": phone.code(&app, 1) })).await.user_errors("sessionVerifyMfa"), ["TOKEN_INVALID"]);
        }
        assert!(!is_in(&verify(&app, &token, json!({ "code": "9".repeat(10_000) })).await));
    }
}

#[tokio::test]
async fn new_challenges_give_no_new_tries_without_end() {
    let app = TestApp::on_sqlite_with(Setup {
        accounts: customer_graph::auth::AccountPolicy {
            attempts_per_account: 6,
            ..Setup::default().accounts
        },
        ..Setup::default()
    })
    .await;
    let ada = app.customer("ada").await;
    // One of the six is the confirmation.
    let phone = enroll(&app, &ada).await;
    let mut refused = Vec::new();
    for _ in 0..2 {
        let token = challenge(&app, "ada@example.com").await;
        for _ in 0..4 {
            let answer = verify(&app, &token, json!({ "code": phone.wrong_code(&app) })).await;
            refused.extend(answer.codes().into_iter().map(str::to_owned));
        }
    }
    assert_eq!(refused, ["RATE_LIMITED"; 3]);
}
