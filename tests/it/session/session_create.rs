//! `sessionCreate`.

use serde_json::{Value, json};

use crate::{
    harness::{Answer, PASSWORD, Persona, TestApp},
    on_both,
};

const LOG_IN: &str = "mutation($input: SessionCreateInput!) {
  sessionCreate(input: $input) {
    accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt
    userErrors { code path message }
  }
}";

async fn log_in(app: &TestApp, email: &str, password: &str, actor: &str) -> Answer {
    let input: Value = json!({ "input": { "email": email, "password": password, "actor": actor } });
    app.ask(&Persona::anonymous(), LOG_IN, input).await
}

on_both! {
    async fn the_right_password_opens_a_session(app: TestApp) {
        app.customer("ada").await;
        let answer = log_in(&app, "Ada@EXAMPLE.com", PASSWORD, "CUSTOMER").await;
        let session = &answer.data()["sessionCreate"];
        assert_eq!(session["userErrors"], json!([]));
        assert!(session["refreshToken"].as_str().unwrap().starts_with("cgr_"));
        let ada = Persona::bearer("ada", session["accessToken"].as_str().unwrap());
        assert_eq!(app.ask(&ada, "{ me { email } }", json!({})).await.data()["me"]["email"], "ada@example.com");
        assert!(!app.dump("session").await.contains(session["refreshToken"].as_str().unwrap()));
    }

    async fn staff_log_in_as_staff(app: TestApp) {
        app.staff("sam", "customers:read").await;
        let answer = log_in(&app, "sam@example.com", PASSWORD, "STAFF").await;
        let sam = Persona::bearer("sam", answer.data()["sessionCreate"]["accessToken"].as_str().unwrap());
        assert_eq!(app.ask(&sam, "{ viewer { kind } }", json!({})).await.data()["viewer"]["kind"], "STAFF");
    }

    async fn whatever_is_wrong_the_answer_is_the_same_and_costs_one_hash(app: TestApp) {
        app.customer("ada").await;
        app.staff("sam", "*").await;
        app.customer("social").await;
        app.execute("update provider_identity set secret_hash = null, provider = 'example' where subject = 'social@example.com'").await;
        let mut answers = Vec::new();
        for (email, password, actor) in [
            ("ada@example.com", "something else", "CUSTOMER"),
            ("nobody@example.com", PASSWORD, "CUSTOMER"),
            ("no address", PASSWORD, "CUSTOMER"),
            ("", "", "CUSTOMER"),
            ("social@example.com", PASSWORD, "CUSTOMER"),
            ("ada@example.com", PASSWORD, "STAFF"),
            ("sam@example.com", PASSWORD, "CUSTOMER"),
            ("sam@example.com", "something else", "STAFF"),
        ] {
            let before = app.app.parts.passwords.computed();
            let answer = log_in(&app, email, password, actor).await;
            assert_eq!(answer.user_errors("sessionCreate"), ["INVALID_CREDENTIALS"], "{email}");
            assert_eq!(app.app.parts.passwords.computed() - before, 1, "{email}");
            answers.push(answer.body);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:#?}");
    }

    async fn a_password_without_end_is_refused_before_anything_is_computed(app: TestApp) {
        app.customer("ada").await;
        let before = app.app.parts.passwords.computed();
        let answer = log_in(&app, "ada@example.com", &"a".repeat(30_000), "CUSTOMER").await;
        assert_eq!(answer.user_errors("sessionCreate"), ["INVALID_CREDENTIALS"]);
        let answer = log_in(&app, "ada@example.com", &"a".repeat(100_000), "CUSTOMER").await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
        assert_eq!(app.app.parts.passwords.computed(), before);
    }

    async fn only_who_knows_the_password_learns_that_the_account_is_shut(app: TestApp) {
        let ada = app.customer("ada").await;
        for status in ["DISABLED", "INVITED"] {
            app.execute(&format!("update customer set status = '{status}'")).await;
            assert_eq!(log_in(&app, "ada@example.com", "something else", "CUSTOMER").await.user_errors("sessionCreate"), ["INVALID_CREDENTIALS"]);
            assert_eq!(log_in(&app, "ada@example.com", PASSWORD, "CUSTOMER").await.user_errors("sessionCreate"), ["ACCOUNT_DISABLED"]);
        }
        assert_eq!(app.count("session").await, 1, "the one of {}", ada.name);
    }

    async fn a_weak_hash_is_replaced_when_its_owner_logs_in(app: TestApp) {
        app.customer("ada").await;
        let params = argon2::Params::new(8_192, 1, 1, None).unwrap();
        let weak = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let hash: argon2::PasswordHash = argon2::PasswordHasher::hash_password(&weak, PASSWORD.as_bytes()).unwrap();
        app.execute(&format!("update provider_identity set secret_hash = '{hash}'")).await;
        log_in(&app, "ada@example.com", PASSWORD, "CUSTOMER").await.data();
        let kept = app.column("provider_identity", "secret_hash").await;
        assert!(kept[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept:?}");
        let before = app.app.parts.passwords.computed();
        assert_eq!(log_in(&app, "ada@example.com", PASSWORD, "CUSTOMER").await.user_errors("sessionCreate"), [""; 0]);
        assert_eq!(app.app.parts.passwords.computed() - before, 1);
    }

    async fn an_idempotency_key_keeps_no_token(app: TestApp) {
        app.customer("ada").await;
        let body = json!({ "query": LOG_IN, "variables": { "input": { "email": "ada@example.com", "password": PASSWORD } } }).to_string();
        let one = app.send(&Persona::anonymous(), body.clone(), &[("idempotency-key", "one")]).await;
        let two = app.send(&Persona::anonymous(), body, &[("idempotency-key", "one")]).await;
        assert_ne!(one.data()["sessionCreate"]["refreshToken"], two.data()["sessionCreate"]["refreshToken"]);
        assert_eq!(app.count("idempotency_record").await, 0);
    }

    async fn many_who_log_in_at_once_are_let_in_or_told_to_come_back(app: TestApp) {
        app.customer("ada").await;
        let attempts = (0..12).map(|_| log_in(&app, "ada@example.com", PASSWORD, "CUSTOMER"));
        for answer in futures_util::future::join_all(attempts).await {
            assert_eq!(answer.user_errors("sessionCreate"), [""; 0], "{:#}", answer.body);
        }
        assert_eq!(app.count("session").await, 13);
    }
}
