//! Hooks before and after log-in.

use axum::response::Response;
use customer_graph::{
    auth::{Hooks, Verification},
    config::HookConfig,
    outbound::signature,
};
use serde_json::{Value, json};

use super::server::{self, Asked, Server};
use crate::{
    harness::{Answer, PASSWORD, Persona, Setup, TestApp},
    mfa,
};

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

/// The method and the e-mail address of each time that somebody was asked or told, from the one on.
fn told(server: &Server, path: &str, from: usize) -> Vec<(String, String)> {
    let asked = server.asked(path);
    let told = asked[from..].iter().map(|asked| {
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        (
            body["method"].as_str().unwrap().to_owned(),
            body["email"].as_str().unwrap().to_owned(),
        )
    });
    told.collect()
}

/// Waits until somebody was told so often.
async fn heard(server: &Server, from: usize, count: usize) -> Vec<(String, String)> {
    while server.asked("/after").len() < from + count {
        tokio::task::yield_now().await;
    }
    told(server, "/after", from)
}

/// Runs a mutation without a token; answers the codes of what was wrong, and the payload.
async fn run(app: &TestApp, mutation: &str, input: &str, fields: &str) -> (Vec<String>, Value) {
    let query = format!("mutation {{ {mutation}(input: {{ {input} }}) {{ {fields} userErrors {{ code }} }} }}");
    let answer = app.ask(&Persona::anonymous(), &query, json!({})).await;
    let codes = answer.user_errors(mutation).into_iter().map(str::to_owned).collect();
    (codes, answer.data()[mutation].clone())
}

#[tokio::test]
async fn links_and_codes_in_mail_are_asked_about_and_not_used_up_by_a_refusal() {
    let server = Server::start(doorman).await;
    with(setup(&server.url, false), async |app| {
        let (before, after) = (server.asked("/before").len(), server.asked("/after").len());
        for (name, expected) in [("ada", None), ("eve", Some("HOOK_REJECTED"))] {
            app.customer(name).await;
            let email = format!("{name}@example.com");
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            run(&app, "magicLinkRequest", &format!("email: \"{email}\""), "isAccepted").await;
            let token = TestApp::token_in(&app.letters(&email).await);
            for _ in 0..=expected.len() {
                let (codes, payload) =
                    run(&app, "magicLinkConsume", &format!("token: \"{token}\""), "accessToken").await;
                assert_eq!(
                    (codes, payload["accessToken"].is_null()),
                    (expected.clone(), !expected.is_empty())
                );
            }
            run(&app, "otpRequest", &format!("email: \"{email}\""), "isAccepted").await;
            let letters = app.letters(&email).await;
            let code = letters[0]
                .letter
                .text
                .lines()
                .find(|line| line.len() == 8 && line.bytes().all(|byte| byte.is_ascii_digit()));
            let input = format!("email: \"{email}\", code: \"{}\"", code.unwrap());
            for _ in 0..=expected.len() {
                let (codes, payload) = run(&app, "otpConfirm", &input, "accessToken").await;
                assert_eq!(
                    (codes, payload["accessToken"].is_null()),
                    (expected.clone(), !expected.is_empty())
                );
            }
        }
        // Nobody is asked about what is wrong.
        run(&app, "magicLinkConsume", "token: \"wrong\"", "accessToken").await;
        run(
            &app,
            "otpConfirm",
            "email: \"ada@example.com\", code: \"00000000\"",
            "accessToken",
        )
        .await;
        let pair = |method: &str, name: &str| (method.to_owned(), format!("{name}@example.com"));
        assert_eq!(
            told(&server, "/before", before),
            [
                pair("magic_link", "ada"),
                pair("one_time_code", "ada"),
                pair("magic_link", "eve"),
                pair("magic_link", "eve"),
                pair("one_time_code", "eve"),
                pair("one_time_code", "eve"),
            ]
        );
        let mut heard = heard(&server, after, 2).await;
        heard.sort();
        assert_eq!(heard, [pair("magic_link", "ada"), pair("one_time_code", "ada")]);
    })
    .await;
}

#[tokio::test]
async fn the_second_step_is_asked_about_and_told_once_and_a_renewal_never() {
    let server = Server::start(doorman).await;
    with(setup(&server.url, false), async |app| {
        let ada = app.customer("ada").await;
        let phone = mfa::enroll(&app, &ada).await;
        let (before, after) = (server.asked("/before").len(), server.asked("/after").len());
        let (codes, payload) = run(
            &app,
            "sessionCreate",
            &format!("email: \"ada@example.com\", password: \"{PASSWORD}\""),
            "mfaToken",
        )
        .await;
        assert_eq!(codes, ["MFA_REQUIRED"]);
        let token = payload["mfaToken"].as_str().unwrap();
        let verify = async |code: &str| {
            run(
                &app,
                "sessionVerifyMfa",
                &format!("mfaToken: \"{token}\", code: \"{code}\""),
                "refreshToken",
            )
            .await
        };
        assert_eq!(verify(phone.wrong_code(&app)).await.0, ["MFA_INVALID"]);
        let (codes, payload) = verify(&phone.code(&app, 1)).await;
        assert_eq!(codes, [""; 0]);
        let refresh = format!("refreshToken: \"{}\"", payload["refreshToken"].as_str().unwrap());
        assert_eq!(run(&app, "sessionRefresh", &refresh, "accessToken").await.0, [""; 0]);
        let pair = |method: &str| (method.to_owned(), "ada@example.com".to_owned());
        assert_eq!(
            told(&server, "/before", before),
            [pair("password"), pair("second_factor")]
        );
        assert_eq!(heard(&server, after, 1).await, [pair("second_factor")]);
        // What was refused after the code was shown opens nothing.
        app.execute("update customer set email = 'eve@example.com'").await;
        let (_, payload) = run(
            &app,
            "sessionCreate",
            &format!("email: \"ada@example.com\", password: \"{PASSWORD}\""),
            "mfaToken",
        )
        .await;
        let token = payload["mfaToken"].as_str().unwrap();
        let code = &phone.recovery_codes[0];
        let sessions = app.count("session").await;
        assert_eq!(
            run(
                &app,
                "sessionVerifyMfa",
                &format!("mfaToken: \"{token}\", recoveryCode: \"{code}\""),
                "accessToken"
            )
            .await
            .0,
            ["HOOK_REJECTED"]
        );
        assert_eq!(app.count("session").await, sessions);
    })
    .await;
}

#[tokio::test]
async fn whoever_opens_an_account_and_is_in_is_asked_about_as_well() {
    let server = Server::start(doorman).await;
    let mut setup = setup(&server.url, false);
    setup.accounts.verification = Verification::Required;
    with(setup, async |app| {
        let (before, after) = (server.asked("/before").len(), server.asked("/after").len());
        let admin = app.admin().await;
        for (name, expected) in [("ada", &[""; 0][..]), ("eve", &["HOOK_REJECTED"])] {
            let email = format!("{name}@example.com");
            let input = format!("email: \"{email}\", password: \"{PASSWORD}\"");
            let (_, payload) = run(&app, "customerRegister", &input, "ticket").await;
            let token = TestApp::token_in(&app.letters(&email).await);
            let input = format!("token: \"{token}\", ticket: {}", payload["ticket"]);
            assert_eq!(
                run(&app, "emailVerificationConfirm", &input, "accessToken").await.0,
                expected
            );
        }
        assert_eq!(
            app.count("customer").await,
            1,
            "nothing is opened by a link that was refused"
        );
        let invite = "mutation { customerInvite(input: { email: \"eve@example.com\" }) { userErrors { code } } }";
        app.ask(&admin, invite, json!({})).await.data();
        let token = TestApp::token_in(&app.letters("eve@example.com").await);
        let input = format!("token: \"{token}\", password: \"{PASSWORD}\"");
        assert_eq!(
            run(&app, "invitationAccept", &input, "accessToken").await.0,
            ["HOOK_REJECTED"]
        );
        assert_eq!(app.count("customer where status = 'INVITED'").await, 1);
        let pair = |method: &str, name: &str| (method.to_owned(), format!("{name}@example.com"));
        assert_eq!(
            told(&server, "/before", before),
            [
                pair("registration", "ada"),
                pair("registration", "eve"),
                pair("invitation", "eve")
            ]
        );
        assert_eq!(heard(&server, after, 1).await, [pair("registration", "ada")]);
    })
    .await;
}

#[tokio::test]
async fn nobody_becomes_another_actor_past_those_who_are_asked() {
    let server = Server::start(doorman).await;
    with(setup(&server.url, false), async |app| {
        let sam = app.staff("sam", "*").await;
        app.execute("update provider_identity set verified_at = created_at")
            .await;
        app.ask(
            &sam,
            "mutation { customerProfileCreate(input: {}) { isAccepted } }",
            json!({}),
        )
        .await
        .data();
        let before = server.asked("/before").len();
        let switch = "mutation { actorSwitch(input: { actor: CUSTOMER }) { accessToken userErrors { code } } }";
        assert_eq!(
            app.ask(&sam, switch, json!({})).await.user_errors("actorSwitch"),
            [""; 0]
        );
        app.execute("update customer set email = 'eve@example.com'").await;
        assert_eq!(
            app.ask(&sam, switch, json!({})).await.user_errors("actorSwitch"),
            ["HOOK_REJECTED"]
        );
        let pair = |name: &str| ("switch".to_owned(), format!("{name}@example.com"));
        assert_eq!(told(&server, "/before", before), [pair("sam"), pair("eve")]);
    })
    .await;
}
