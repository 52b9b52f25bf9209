//! Heads: those of every answer (D8), and those of requests that are too large (D4).

use reqwest::{Method, RequestBuilder};

use super::{TYPENAME, body, request, request_with, send};
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
