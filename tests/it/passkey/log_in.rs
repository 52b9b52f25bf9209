//! `sessionStartPasskey` and `sessionCreateByPasskey`.

use std::{sync::Mutex, time::Duration};

use axum::{Json, Router, extract::State, routing::post};
use customer_graph::{
    auth::{AccountPolicy, Hooks},
    config::HookConfig,
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    Device, LOG_IN, LOG_IN_START, Says, log_in, log_in_finish, log_in_start, password_log_in, persona, proven,
    register, register_finish, register_start,
};
use crate::{
    harness::{Persona, Setup, TestApp},
    mfa, on_both, on_both_with,
};

fn bounded() -> Setup {
    Setup {
        accounts: AccountPolicy {
            attempts_per_network: 3,
            ..Setup::default().accounts
        },
        ..Setup::default()
    }
}

on_both! {
    async fn a_passkey_logs_in_and_nobody_says_who_they_are(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        let challenge = log_in_start(&app, "CUSTOMER").await;
        assert_eq!(challenge.options["allowCredentials"], json!([]));
        assert_eq!(challenge.options["userVerification"], "required");
        assert_eq!(challenge.options["rpId"], "localhost");
        assert!(!app.dump("account_token").await.contains(&challenge.token));
        let credential = device.get(&challenge.options, &Says::default());
        let answer = log_in_finish(&app, &challenge, credential).await;
        let again = persona(&answer);
        assert!(answer.data()["sessionCreateByPasskey"]["refreshToken"].is_string());
        let me = app.ask(&again, "{ me { id passkeys { lastUsedAt } sessions { nodes { isCurrent assurance } } } }", json!({})).await;
        let me = &me.data()["me"];
        assert_eq!(me["id"], ada.id());
        assert!(me["passkeys"][0]["lastUsedAt"].is_string());
        assert_eq!(me["sessions"]["nodes"][0], json!({ "isCurrent": true, "assurance": "AAL2" }));
        assert_eq!(app.count("passkey where sign_count = 1").await, 1);
        assert_eq!(app.count("timeline_entry where type = 'auth.login_succeeded'").await, 2);
        for _ in 0..2 {
            persona(&log_in(&app, &mut device).await);
        }
    }

    async fn a_device_that_does_not_count_logs_in_again_and_again(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device { counts: false, ..Device::new() };
        register(&app, &ada, &mut device).await;
        for _ in 0..3 {
            persona(&log_in(&app, &mut device).await);
        }
        assert_eq!(app.count("passkey where sign_count = 0").await, 1);
    }

    async fn whoever_has_an_app_beside_it_is_not_asked_for_its_code(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        mfa::enroll(&app, &ada).await;
        persona(&log_in(&app, &mut device).await);
        assert_eq!(password_log_in(&app, "ada@example.com").await.user_errors("sessionCreate"), ["MFA_REQUIRED"]);
    }

    async fn having_one_does_not_close_the_other_ways_in(app: TestApp) {
        let ada = proven(&app, "ada").await;
        register(&app, &ada, &mut Device::new()).await;
        assert!(password_log_in(&app, "ada@example.com").await.data()["sessionCreate"]["accessToken"].is_string());
    }

    async fn a_shut_account_stays_shut(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        for status in ["DISABLED", "INVITED"] {
            app.execute(&format!("update customer set status = '{status}'")).await;
            assert_eq!(log_in(&app, &mut device).await.user_errors("sessionCreateByPasskey"), ["ACCOUNT_DISABLED"]);
        }
        assert_eq!(app.count("session").await, 1);
        app.execute("update customer set status = 'ACTIVE'").await;
        persona(&log_in(&app, &mut device).await);
    }

    async fn staff_log_in_as_staff_and_as_nothing_else(app: TestApp) {
        let sam = app.staff("sam", "*").await;
        let mut device = Device::new();
        register(&app, &sam, &mut device).await;
        assert_eq!(app.letters("sam@example.com").await[0].letter.subject, "A passkey was added");
        assert_eq!(log_in(&app, &mut device).await.user_errors("sessionCreateByPasskey"), ["ACTOR_NOT_LINKED"]);
        let challenge = log_in_start(&app, "STAFF").await;
        let credential = device.get(&challenge.options, &Says::default());
        let sam = persona(&log_in_finish(&app, &challenge, credential).await);
        let viewer = app.ask(&sam, "{ viewer { kind passkeys { name } } }", json!({})).await;
        assert_eq!(viewer.data()["viewer"], json!({ "kind": "STAFF", "passkeys": [{ "name": "Phone" }] }));
        app.execute("update staff_user set status = 'DISABLED'").await;
        let challenge = log_in_start(&app, "STAFF").await;
        let credential = device.get(&challenge.options, &Says::default());
        assert_eq!(log_in_finish(&app, &challenge, credential).await.user_errors("sessionCreateByPasskey"), ["ACCOUNT_DISABLED"]);
    }

    async fn beginning_answers_everybody_alike(app: TestApp) {
        let ada = proven(&app, "ada").await;
        register(&app, &ada, &mut Device::new()).await;
        let mut answers = Vec::new();
        for who in [&Persona::anonymous(), &ada] {
            let mut answer = app.ask(who, LOG_IN_START, json!({})).await;
            answer.body["data"]["sessionStartPasskey"]["challengeToken"] = Value::Null;
            answer.body["data"]["sessionStartPasskey"]["options"]["challenge"] = Value::Null;
            answers.push(answer.body["data"].clone());
        }
        assert_eq!(answers[0], answers[1]);
    }

    async fn a_challenge_is_good_once_for_five_minutes(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device::new();
        register(&app, &ada, &mut device).await;
        let challenge = log_in_start(&app, "CUSTOMER").await;
        let credential = device.get(&challenge.options, &Says::default());
        persona(&log_in_finish(&app, &challenge, credential.clone()).await);
        assert_eq!(log_in_finish(&app, &challenge, credential).await.user_errors("sessionCreateByPasskey"), ["TOKEN_INVALID"]);
        let challenge = log_in_start(&app, "CUSTOMER").await;
        let credential = device.get(&challenge.options, &Says::default());
        app.clock.advance(Duration::from_secs(5 * 60 + 1));
        assert_eq!(log_in_finish(&app, &challenge, credential).await.user_errors("sessionCreateByPasskey"), ["TOKEN_INVALID"]);
    }

    async fn of_many_who_answer_one_challenge_at_once_one_is_in(app: TestApp) {
        let ada = proven(&app, "ada").await;
        let mut device = Device { counts: false, ..Device::new() };
        register(&app, &ada, &mut device).await;
        let challenge = log_in_start(&app, "CUSTOMER").await;
        let credential = device.get(&challenge.options, &Says::default());
        let answers = join_all((0..20).map(|_| log_in_finish(&app, &challenge, credential.clone()))).await;
        let codes: Vec<Vec<&str>> = answers.iter().map(|answer| answer.user_errors("sessionCreateByPasskey")).collect();
        assert_eq!(codes.iter().filter(|codes| codes.is_empty()).count(), 1, "{codes:?}");
        assert_eq!(codes.iter().filter(|codes| **codes == ["TOKEN_INVALID"]).count(), 19, "{codes:?}");
        assert_eq!(app.count("session").await, 2);
    }

    async fn it_is_begun_at_one_process_and_ended_at_another(app: TestApp) {
        let key = customer_graph::auth::SigningKeys::generate().unwrap();
        let setup = Setup { signing_key: Some(key), ..Setup::default() };
        let (one, other) = (app.beside(setup.clone()).await, app.beside(setup).await);
        let ada = proven(&one, "ada").await;
        let mut device = Device::new();
        let challenge = register_start(&one, &ada).await;
        let credential = device.create(&challenge.options, &Says::default());
        register_finish(&other, &ada, &challenge, credential).await.data();
        let challenge = log_in_start(&other, "CUSTOMER").await;
        let credential = device.get(&challenge.options, &Says::default());
        persona(&log_in_finish(&one, &challenge, credential).await);
    }
}

on_both_with! { bounded();
    async fn whoever_tries_too_often_waits_before_anything_is_looked_at(app: TestApp) {
        for _ in 0..3 {
            log_in_start(&app, "CUSTOMER").await;
        }
        let answer = app.ask(&Persona::anonymous(), LOG_IN_START, json!({})).await;
        assert_eq!((answer.status, answer.codes()), (429, vec!["RATE_LIMITED"]));
        let input = json!({ "input": { "challengeToken": "wrong", "credential": {} } });
        assert_eq!(app.ask(&Persona::anonymous(), LOG_IN, input).await.codes(), ["RATE_LIMITED"]);
        assert_eq!(app.count("account_token").await, 3);
    }
}

/// A hook that refuses once, then lets everybody in, and keeps what it was told.
async fn hook() -> (String, &'static Mutex<Vec<Value>>) {
    let told: &'static Mutex<Vec<Value>> = Box::leak(Box::default());
    let answer = async |State(told): State<&'static Mutex<Vec<Value>>>, Json(body): Json<Value>| {
        let mut told = told.lock().unwrap();
        let is_first = told.is_empty();
        told.push(body);
        Json(json!({ "allow": !is_first }))
    };
    let router = Router::new().route("/", post(answer)).with_state(told);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, told)
}

#[tokio::test]
async fn a_hook_is_asked_before_somebody_is_let_in() {
    let (url, told) = hook().await;
    let app = TestApp::on_sqlite_with(Setup {
        hooks: Hooks::configured(&HookConfig {
            before_log_in_url: Some(url),
            signing_secret: Some("a secret that signs, and is long enough".into()),
            allow_private_network: true,
            ..HookConfig::default()
        }),
        ..Setup::default()
    })
    .await;
    let ada = proven(&app, "ada").await;
    let mut device = Device::new();
    register(&app, &ada, &mut device).await;
    assert_eq!(
        log_in(&app, &mut device).await.user_errors("sessionCreateByPasskey"),
        ["HOOK_REJECTED"]
    );
    assert_eq!(app.count("session").await, 1);
    persona(&log_in(&app, &mut device).await);
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["method"], "passkey");
    assert_eq!(told[0]["actorId"], ada.id());
    assert_eq!(told[0]["email"], Value::Null);
}
