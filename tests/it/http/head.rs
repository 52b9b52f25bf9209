//! Heads: those of every answer (D8), those of requests that are too large (D4), and what a head says of who asks.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};

use super::{TYPENAME, body, request, request_with, send, token, writer};
use crate::harness::{Setup, TestApp};

fn at(app: &TestApp, method: Method, path: &str) -> RequestBuilder {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.request(method, format!("{}{path}", app.url))
}

fn post(app: &TestApp) -> RequestBuilder {
    request(app, Method::POST).header("content-type", "application/json")
}

/// A request for each status that there is.
fn one_of_each(app: &TestApp) -> Vec<(u16, RequestBuilder)> {
    vec![
        (200, post(app).body(body(TYPENAME))),
        (200, at(app, Method::GET, "/")),
        (200, at(app, Method::GET, "/health/live")),
        (200, at(app, Method::GET, "/.well-known/jwks.json")),
        (204, request(app, Method::OPTIONS)),
        (400, post(app).body("{")),
        (401, post(app).body(body(TYPENAME)).header("authorization", "Bearer no")),
        (
            403,
            post(app)
                .body(body("mutation { __typename }"))
                .header("sec-fetch-site", "cross-site"),
        ),
        (404, at(app, Method::GET, "/no/such/thing")),
        (404, at(app, Method::GET, "/..%2f..%2fetc%2fpasswd")),
        (405, request(app, Method::DELETE)),
        (405, at(app, Method::POST, "/health/live")),
        (406, request(app, Method::GET).header("accept", "image/png")),
        (413, post(app).body(" ".repeat(129 * 1_024))),
        (
            414,
            request_with(app, Method::GET, &[("query", &" ".repeat(17 * 1_024))]),
        ),
        (415, request(app, Method::POST).body(body(TYPENAME))),
        (
            431,
            post(app).body(body(TYPENAME)).header("x-long", "x".repeat(17 * 1_024)),
        ),
    ]
}

#[tokio::test]
async fn every_answer_tells_browsers_what_not_to_do() {
    let app = TestApp::on_sqlite().await;
    for (status, request) in one_of_each(&app) {
        let answer = send(request).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{status}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{status}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{status}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{status}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{status}: {policy}"
        );
        let is_public = answer.text.contains("\"keys\"");
        assert!(is_public || answer.header("cache-control") == "no-store", "{status}");
        for name in ["server", "x-powered-by", "strict-transport-security", "set-cookie"] {
            assert_eq!(answer.header(name), "", "{status} {name}");
        }
    }
}

#[tokio::test]
async fn errors_are_in_the_form_of_graphql_whatever_they_are_about() {
    let app = TestApp::on_sqlite().await;
    for (status, request) in one_of_each(&app) {
        let url = request.try_clone().unwrap().build().unwrap();
        if status < 400 || !url.url().path().starts_with("/graphql") {
            continue;
        }
        let answer = send(request).await;
        assert_eq!(answer.codes().len(), 1, "{status}");
        assert!(
            answer.header("content-type").starts_with("application/json"),
            "{status}"
        );
    }
}

#[tokio::test]
async fn behind_tls_browsers_are_told_to_use_nothing_else() {
    let mut setup = Setup::default();
    setup.http.behind_tls = true;
    let app = TestApp::on_sqlite_with(setup).await;
    for (status, request) in one_of_each(&app) {
        let answer = send(request).await;
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=31536000",
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended_with_an_answer_that_says_when_to_try_again() {
    let mut setup = Setup::default();
    setup.http.request_timeout = Some(Duration::ZERO);
    let app = TestApp::on_sqlite_with(setup).await;
    let slow = post(&app)
        .header("authorization", token(&writer(&app).await))
        .body(body("{ customers { totalCount } }"));
    let answer = send(slow).await;
    assert_eq!((answer.status, answer.codes()), (503, vec!["INTERNAL".to_owned()]));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_name_of_a_request_is_the_clients_where_it_is_harmless() {
    let app = TestApp::on_sqlite().await;
    let longest = "x".repeat(64);
    for kept in ["req_1", "A-b_9", &longest] {
        let answer = send(post(&app).header("x-request-id", kept).body(body("{ nothing }"))).await;
        assert_eq!(answer.header("x-request-id"), kept);
        assert_eq!(answer.json()["errors"][0]["extensions"]["requestId"], kept);
    }
    let too_long = "x".repeat(65);
    for replaced in ["", "a b", "<script>", "a;b", "a\"b", "\u{1b}[31m", &too_long] {
        let Ok(name) = reqwest::header::HeaderValue::from_str(replaced) else {
            continue;
        };
        let answer = send(post(&app).header("x-request-id", name).body(body("{ nothing }"))).await;
        let given = answer.header("x-request-id");
        assert!(given.starts_with("req_") && given.len() == 30, "{replaced:?}: {given}");
        assert_eq!(answer.json()["errors"][0]["extensions"]["requestId"], given);
    }
}

#[tokio::test]
async fn a_credential_that_is_not_understood_is_not_taken_for_none() {
    let app = TestApp::on_sqlite().await;
    for (name, value) in [
        ("authorization", "Basic YWRhOnNlY3JldA=="),
        ("authorization", "Bearer"),
        ("authorization", "nonsense"),
        ("authorization", ""),
        ("x-publishable-api-key", "nonsense"),
        ("x-publishable-api-key", ""),
    ] {
        let answer = send(post(&app).header(name, value).body(body(TYPENAME))).await;
        assert_eq!(answer.status, 401, "{name}: {value}");
        assert_eq!(answer.codes(), ["UNAUTHENTICATED"], "{name}: {value}");
    }
}

#[tokio::test]
async fn large_answers_are_compressed_where_that_is_configured_and_taken() {
    let mut setup = Setup::default();
    setup.http.compression = true;
    let compressing = TestApp::on_sqlite_with(setup).await;
    let plain = TestApp::on_sqlite().await;
    let large = body("{ _service { sdl } }");
    for (app, document, takes, coding) in [
        (&compressing, &large, "gzip", "gzip"),
        (&compressing, &large, "identity", ""),
        (&compressing, &body(TYPENAME), "gzip", ""),
        (&plain, &large, "gzip", ""),
    ] {
        let answer = post(app)
            .header("accept-encoding", takes)
            .body(document.clone())
            .send()
            .await
            .unwrap();
        let told = answer
            .headers()
            .get("content-encoding")
            .map_or("", |value| value.to_str().unwrap());
        assert_eq!((answer.status().as_u16(), told), (200, coding), "{takes}");
    }
}
