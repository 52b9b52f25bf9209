//! Hooks before and after log-in.

use axum::response::Response;
use customer_graph::{auth::Hooks, config::HookConfig, outbound::signature};
use serde_json::{Value, json};

use super::server::{self, Asked, Server};
use crate::harness::{Answer, PASSWORD, Persona, Setup, TestApp};

const SIGNING_SECRET: &str = "a secret that signs, and is long enough";

/// Lets everybody in but Eve.
fn doorman(_: &str, asked: &Asked) -> Response {
    let header = |name: &str| asked.headers[name].to_str().unwrap().to_owned();
    let timestamp = header("customer-graph-timestamp").parse().unwrap();
    assert_eq!(
        header("customer-graph-signature"),
        signature(&SIGNING_SECRET.into(), timestamp, &asked.body)
    );
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    server::json(&json!({ "allow": body["email"] != "eve@example.com" }))
}

fn setup(url: &str, fail_open: bool) -> Setup {
    Setup {
        hooks: Hooks::configured(&HookConfig {
            before_log_in_url: Some(format!("{url}/before")),
            after_log_in_url: Some(format!("{url}/after")),
            signing_secret: Some(SIGNING_SECRET.into()),
            fail_open,
            allow_private_network: true,
        }),
        ..Setup::default()
    }
}

/// Tells a fact on both databases.
async fn with(setup: Setup, fact: impl AsyncFn(TestApp)) {
    fact(TestApp::on_sqlite_with(setup.clone()).await).await;
    if let Some(app) = TestApp::on_postgres_with(setup).await {
        fact(app).await;
    }
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    let query = "mutation($email: Email!, $password: String!) {
      sessionCreate(input: { email: $email, password: $password }) { accessToken userErrors { code } }
    }";
    let variables = json!({ "email": email, "password": password });
    app.ask(&Persona::anonymous(), query, variables).await
}

#[tokio::test]
async fn who_is_asked_before_may_refuse_and_who_is_told_after_is_told() {
    let server = Server::start(doorman).await;
    with(setup(&server.url, false), async |app| {
        let before = (server.asked("/before").len(), server.asked("/after").len());
        let ada = app.customer("ada").await;
        app.customer("eve").await;
        assert_eq!(
            log_in(&app, "ada@example.com", PASSWORD)
                .await
                .user_errors("sessionCreate"),
            [""; 0]
        );
        let eve = log_in(&app, "eve@example.com", PASSWORD).await;
        assert_eq!(eve.user_errors("sessionCreate"), ["HOOK_REJECTED"]);
        assert_eq!(eve.data()["sessionCreate"]["accessToken"], Value::Null);
        // Who does not know the password is no matter of the hook's.
        assert_eq!(
            log_in(&app, "eve@example.com", "wrong")
                .await
                .user_errors("sessionCreate"),
            ["INVALID_CREDENTIALS"]
        );
        assert_eq!(server.asked("/before").len() - before.0, 2);
        let asked: Value = serde_json::from_str(&server.asked("/before")[before.0].body).unwrap();
        assert_eq!(asked["event"], "log_in.before");
        assert_eq!(asked["method"], "password");
        assert_eq!(asked["actorId"], ada.id());
        // Nobody waits for the one who is told.
        while server.asked("/after").len() == before.1 {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.asked("/after").len() - before.1, 1);
    })
    .await;
}

#[tokio::test]
async fn when_nobody_answers_the_configuration_decides() {
    let broken = Server::start(|_, _| server::status(500)).await;
    for (fail_open, expected) in [(false, &["HOOK_REJECTED"][..]), (true, &[])] {
        for url in [&broken.url, "http://127.0.0.1:9"] {
            with(setup(url, fail_open), async |app| {
                app.customer("ada").await;
                assert_eq!(
                    log_in(&app, "ada@example.com", PASSWORD)
                        .await
                        .user_errors("sessionCreate"),
                    expected
                );
            })
            .await;
        }
    }
}
