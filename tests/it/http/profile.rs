//! The draft of GraphQL over HTTP of August 2026, row by row.

use customer_graph::config::HttpProfile;
use reqwest::Method;
use serde_json::json;

use super::{CREATE, request, request_with, send, token};
use crate::harness::{Persona, Setup, TestApp};

const NEW: &str = "application/graphql-response+json; charset=utf-8";
const OLD: &str = "application/json; charset=utf-8";

struct Row {
    what: &'static str,
    body: String,
    /// The status for who knows the new media type.
    new: u16,
    /// The status for who knows the older one alone.
    old: u16,
    /// Whether the token of a customer is sent, or that of a back-office system.
    is_customer: bool,
}

fn row(what: &'static str, body: impl ToString, statuses: (u16, u16)) -> Row {
    Row {
        what,
        body: body.to_string(),
        new: statuses.0,
        old: statuses.1,
        is_customer: false,
    }
}

fn rows() -> Vec<Row> {
    let coerced = json!({ "query": "query ($id: ID!) { customer(id: $id) { id } }", "variables": { "id": null } });
    let two = "query A { __typename } query B { __typename }";
    let mut rows = vec![
        row("data", json!({ "query": "{ __typename }" }), (200, 200)),
        row("no JSON", "NONSENSE", (400, 400)),
        row("half a JSON", "{\"query\":", (400, 400)),
        row("a parameter misspelt", json!({ "qeury": "{ __typename }" }), (422, 422)),
        row(
            "variables that are a list",
            json!({ "query": "{ __typename }", "variables": [7] }),
            (422, 422),
        ),
        row(
            "an operation name that is a number",
            json!({ "query": "{ __typename }", "operationName": 7 }),
            (422, 422),
        ),
        row("a list", "[]", (422, 422)),
        row(
            "a field that there is not",
            json!({ "query": "{ nothing }" }),
            (422, 422),
        ),
        row("two operations and no name", json!({ "query": two }), (422, 422)),
        row(
            "two operations and another name",
            json!({ "query": two, "operationName": "C" }),
            (422, 422),
        ),
        row("a variable that is null and must not be", coerced, (422, 422)),
        row(
            "too many fields at the top",
            json!({ "query": format!("mutation {{ {} }}", "a: __typename ".repeat(99)) }),
            (422, 422),
        ),
    ];
    for (what, query, statuses) in [
        (
            "what is for others, beside data",
            "{ __typename customers { totalCount } }",
            (294, 200),
        ),
        (
            "a schema that is not shown",
            "{ __schema { types { name } } }",
            (403, 403),
        ),
    ] {
        rows.push(Row {
            is_customer: true,
            ..row(what, json!({ "query": query }), statuses)
        });
    }
    rows
}

fn draft() -> Setup {
    let mut setup = Setup::default();
    setup.http.http_profile = HttpProfile::Draft;
    setup.http.introspection_for_all = false;
    setup
}

async fn personas(app: &TestApp) -> (Persona, Persona) {
    (app.customer("ada").await, app.api_key("reader", "customers:read").await)
}

#[tokio::test]
async fn each_row_of_the_draft() {
    let app = TestApp::on_sqlite_with(draft()).await;
    let (customer, reader) = personas(&app).await;
    for row in rows() {
        let mut bodies = Vec::new();
        for (accept, status) in [
            ("application/graphql-response+json", row.new),
            ("application/json", row.old),
        ] {
            let persona = if row.is_customer { &customer } else { &reader };
            let answer = send(
                request(&app, Method::POST)
                    .header("content-type", "application/json")
                    .header("authorization", token(persona))
                    .header("accept", accept)
                    .header("x-request-id", "one")
                    .body(row.body.clone()),
            )
            .await;
            assert_eq!(answer.status, status, "{}: {}", row.what, answer.text);
            // What is not a success is of the new media type for everybody.
            let is_new = accept.contains("graphql") || status >= 400;
            assert_eq!(
                answer.header("content-type"),
                if is_new { NEW } else { OLD },
                "{}",
                row.what
            );
            let body = answer.json();
            assert_eq!(body.get("data").is_some(), status < 300, "{}: {body}", row.what);
            bodies.push(body);
        }
        assert_eq!(bodies[0], bodies[1], "{}", row.what);
    }
}

#[tokio::test]
async fn the_other_profile_has_the_same_bodies() {
    let mut setup = draft();
    setup.http.introspection_for_all = true;
    let (draft, audit) = (TestApp::on_sqlite_with(setup).await, TestApp::on_sqlite().await);
    for query in [
        "{",
        "{ nothing }",
        "{ __typename }",
        "query A { __typename } query B { __typename }",
    ] {
        let mut answers = Vec::new();
        for app in [&draft, &audit] {
            let ask = request(app, Method::POST)
                .header("content-type", "application/json")
                .header("accept", "application/graphql-response+json")
                .header("x-request-id", "one")
                .body(super::body(query));
            answers.push(send(ask).await.json());
        }
        assert_eq!(answers[0], answers[1], "{query}");
    }
}

#[tokio::test]
async fn what_concerns_http_alone_has_the_same_status() {
    let app = TestApp::on_sqlite_with(draft()).await;
    let post = || request(&app, Method::POST).header("content-type", "application/json");
    for (status, request) in [
        (
            401,
            post()
                .header("authorization", "Bearer no")
                .body(super::body("{ __typename }")),
        ),
        (405, request_with(&app, Method::GET, &[("query", CREATE)])),
        (
            406,
            post().header("accept", "text/html").body(super::body("{ __typename }")),
        ),
        (413, post().body(" ".repeat(129 * 1_024))),
        (
            414,
            request_with(&app, Method::GET, &[("query", &" ".repeat(17 * 1_024))]),
        ),
        (415, request(&app, Method::POST).body(super::body("{ __typename }"))),
        (
            431,
            post()
                .header("x-long", "x".repeat(17 * 1_024))
                .body(super::body("{ __typename }")),
        ),
        (422, request(&app, Method::GET)),
    ] {
        let answer = send(request).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.codes().len(), 1, "{status}");
    }
}
