//! How large a body may be, by who asks (D4).

use reqwest::Method;

use super::{Raw, request, send, token};
use crate::harness::{Setup, TestApp};

/// A body of exactly so many bytes.
fn of_size(bytes: usize) -> String {
    let empty = r#"{"query":"{ __typename }","extensions":{"pad":""}}"#;
    empty.replace("\"\"", &format!("\"{}\"", "x".repeat(bytes - empty.len())))
}

async fn post(app: &TestApp, authorization: &str, bytes: usize) -> Raw {
    let mut request = request(app, Method::POST)
        .header("content-type", "application/json")
        .body(of_size(bytes));
    if !authorization.is_empty() {
        request = request.header("authorization", authorization);
    }
    send(request).await
}

const STORE: usize = 128 * 1_024;
const ADMIN: usize = 1_024 * 1_024;

#[tokio::test]
async fn a_body_has_as_many_bytes_as_whoever_asks_may_send() {
    let app = TestApp::on_sqlite().await;
    let customer = token(&app.customer("ada").await);
    let admin = token(&app.admin().await);
    for (authorization, limit) in [("", STORE), (customer.as_str(), STORE), (admin.as_str(), ADMIN)] {
        assert_eq!(post(&app, authorization, limit).await.status, 200, "{limit}");
        let answer = post(&app, authorization, limit + 1).await;
        assert_eq!(
            (answer.status, answer.codes()),
            (413, vec!["BAD_USER_INPUT".to_owned()]),
            "{limit}"
        );
        assert!(answer.text.contains(&limit.to_string()), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_token_that_is_not_valid_does_not_let_larger_bodies_in() {
    let app = TestApp::on_sqlite().await;
    assert_eq!(post(&app, "Bearer cgk_nonsense", STORE + 1).await.status, 401);
}

#[tokio::test]
async fn the_limits_are_those_of_the_configuration() {
    let mut setup = Setup::default();
    setup.limits.body_bytes_store = 2_048;
    setup.limits.body_bytes = 1_024;
    let app = TestApp::on_sqlite_with(setup).await;
    assert_eq!(post(&app, "", 2_048).await.status, 200);
    assert_eq!(post(&app, "", 2_049).await.status, 413);
    assert_eq!(post(&app, &token(&app.admin().await), 1_025).await.status, 413);
}
