//! Cookie mode (C16): tokens that no script can read, and that count for nothing in a request from another site.

use customer_graph::auth::{AccountPolicy, Verification};
use serde_json::{Value, json};

use crate::{
    harness::{PASSWORD, Setup, TestApp},
    on_both, on_both_with,
};

struct Answer {
    status: u16,
    body: Value,
    cookies: Vec<String>,
}

/// A request of a browser: with these cookies, and with the header of cookie mode or without.
async fn browse(app: &TestApp, cookies: &str, mode: bool, query: &str) -> Answer {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client
        .post(format!("{}/graphql", app.url))
        .json(&json!({ "query": query }));
    if !cookies.is_empty() {
        request = request.header("cookie", cookies);
    }
    if mode {
        request = request.header("session-mode", "cookie");
    }
    let response = request.send().await.unwrap();
    let cookies = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    Answer {
        status: response.status().as_u16(),
        cookies,
        body: response.json().await.unwrap(),
    }
}

/// The cookies as the browser would send them back.
fn kept(cookies: &[String]) -> String {
    let pairs: Vec<&str> = cookies.iter().map(|cookie| cookie.split(';').next().unwrap()).collect();
    pairs.join("; ")
}

async fn log_in(app: &TestApp, cookies: &str) -> Answer {
    let query = format!(
        "mutation {{ sessionCreate(input: {{ email: \"ada@example.com\", password: \"{PASSWORD}\" }}) {{ accessToken refreshToken accessTokenExpiresAt userErrors {{ code }} }} }}"
    );
    browse(app, cookies, true, &query).await
}

const ME: &str = "{ me { email } }";

on_both! {
    async fn the_tokens_are_cookies_that_no_script_and_no_other_host_can_touch(app: TestApp) {
        app.customer("ada").await;
        let answer = log_in(&app, "").await;
        let session = &answer.body["data"]["sessionCreate"];
        assert_eq!((&session["accessToken"], &session["refreshToken"]), (&Value::Null, &Value::Null));
        assert!(session["accessTokenExpiresAt"].is_string());
        assert_eq!(answer.cookies.len(), 2);
        for cookie in &answer.cookies {
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            for flag in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Max-Age="] {
                assert!(cookie.contains(flag), "{cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        let me = browse(&app, &kept(&answer.cookies), true, ME).await;
        assert_eq!(me.body["data"]["me"]["email"], "ada@example.com");
    }

    async fn without_the_header_the_cookies_count_for_nothing(app: TestApp) {
        app.customer("ada").await;
        let cookies = kept(&log_in(&app, "").await.cookies);
        assert_eq!(browse(&app, &cookies, false, ME).await.body["data"]["me"], Value::Null);
        let end = browse(&app, &cookies, false, "mutation { sessionEnd { endedCount } }").await;
        assert_eq!(end.body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }

    async fn a_log_in_replaces_what_was_planted_before(app: TestApp) {
        app.customer("ada").await;
        let first = kept(&log_in(&app, "").await.cookies);
        let second = kept(&log_in(&app, &first).await.cookies);
        assert_ne!(first, second);
        let twice = format!("{first}; {second}");
        let answer = browse(&app, &twice, true, ME).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
    }

    async fn a_refresh_takes_the_cookie_and_puts_new_ones(app: TestApp) {
        app.customer("ada").await;
        let first = kept(&log_in(&app, "").await.cookies);
        let refresh = "mutation { sessionRefresh { accessTokenExpiresAt refreshToken userErrors { code } } }";
        let renewed = browse(&app, &first, true, refresh).await;
        assert_eq!(renewed.body["data"]["sessionRefresh"]["userErrors"], json!([]));
        assert_eq!(renewed.body["data"]["sessionRefresh"]["refreshToken"], Value::Null);
        let second = kept(&renewed.cookies);
        assert_ne!(first, second);
        app.clock.advance(std::time::Duration::from_secs(11));
        let refresh_cookie = first.split("; ").nth(1).unwrap();
        let stolen = browse(&app, refresh_cookie, true, refresh).await;
        assert_eq!(stolen.body["data"]["sessionRefresh"]["userErrors"][0]["code"], "TOKEN_INVALID");
        assert!(stolen.cookies.iter().all(|cookie| cookie.contains("Max-Age=0")), "{:?}", stolen.cookies);
    }

    async fn a_log_out_takes_the_cookies_away(app: TestApp) {
        app.customer("ada").await;
        let cookies = kept(&log_in(&app, "").await.cookies);
        let ended = browse(&app, &cookies, true, "mutation { sessionEnd { endedCount } }").await;
        assert_eq!(ended.body["data"]["sessionEnd"]["endedCount"], 1);
        assert_eq!(ended.cookies.len(), 2);
        assert!(ended.cookies.iter().all(|cookie| cookie.contains("=; ") && cookie.contains("Max-Age=0")));
        assert_eq!(app.count("session where revoked_at is null").await, 1);
    }

    async fn a_cookie_that_is_not_valid_any_more_is_taken_away(app: TestApp) {
        let answer = browse(&app, "__Host-access-token=nonsense", true, ME).await;
        assert_eq!(answer.status, 401);
        assert!(answer.cookies[0].starts_with("__Host-access-token=; ") && answer.cookies[0].contains("Max-Age=0"));
        assert_eq!(answer.cookies.len(), 1, "the refresh token may still be good");
    }
}

/// As in production: an account is opened when its e-mail address is proven.
fn proving() -> Setup {
    let setup = Setup::default();
    Setup {
        accounts: AccountPolicy {
            verification: Verification::Required,
            ..setup.accounts
        },
        ..setup
    }
}

async fn register(app: &TestApp) -> Answer {
    let query = format!(
        "mutation {{ customerRegister(input: {{ email: \"ada@example.com\", password: \"{PASSWORD}\" }}) {{ isAccepted ticket }} }}"
    );
    let answer = browse(app, "", true, &query).await;
    assert_eq!(answer.body["data"]["customerRegister"]["isAccepted"], true);
    answer
}

async fn confirm(app: &TestApp, cookies: &str) -> Answer {
    let token = TestApp::token_in(&app.letters("ada@example.com").await);
    let query = format!(
        "mutation {{ emailVerificationConfirm(input: {{ token: \"{token}\" }}) {{ isVerified needsPassword accessToken userErrors {{ code }} }} }}"
    );
    browse(app, cookies, true, &query).await
}

on_both_with! { proving();
    async fn the_ticket_of_a_registration_is_a_cookie_too(app: TestApp) {
        let asked = register(&app).await;
        assert_eq!(asked.body["data"]["customerRegister"]["ticket"], Value::Null);
        let [cookie] = asked.cookies.as_slice() else { panic!("{:?}", asked.cookies) };
        for part in ["__Host-registration-ticket=", "; Path=/", "; Max-Age=86400", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let confirmed = confirm(&app, &kept(&asked.cookies)).await;
        let payload = &confirmed.body["data"]["emailVerificationConfirm"];
        assert_eq!((&payload["isVerified"], &payload["needsPassword"]), (&json!(true), &json!(false)));
        assert_eq!(payload["accessToken"], Value::Null, "the session is in cookies");
        assert!(confirmed.cookies.iter().any(|cookie| cookie.starts_with("__Host-registration-ticket=; ") && cookie.contains("Max-Age=0")));
        let me = browse(&app, &kept(&confirmed.cookies), true, ME).await;
        assert_eq!(me.body["data"]["me"]["email"], "ada@example.com");
    }

    async fn another_browser_opens_the_account_without_the_password_that_was_typed(app: TestApp) {
        register(&app).await;
        let confirmed = confirm(&app, "").await;
        let payload = &confirmed.body["data"]["emailVerificationConfirm"];
        assert_eq!((&payload["isVerified"], &payload["needsPassword"]), (&json!(true), &json!(true)));
        assert!(confirmed.cookies.iter().all(|cookie| !cookie.starts_with("__Host-access-token")), "{:?}", confirmed.cookies);
    }

    async fn a_link_that_is_not_good_leaves_the_ticket(app: TestApp) {
        let asked = register(&app).await;
        let query = "mutation { emailVerificationConfirm(input: { token: \"nonsense\" }) { userErrors { code } } }";
        let answer = browse(&app, &kept(&asked.cookies), true, query).await;
        assert_eq!(answer.body["data"]["emailVerificationConfirm"]["userErrors"][0]["code"], "TOKEN_INVALID");
        assert_eq!(answer.cookies, Vec::<String>::new());
    }
}
