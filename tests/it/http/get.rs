//! `GET`, `HEAD`, `OPTIONS` and what is no method of the endpoint.

use reqwest::Method;
use serde_json::json;

use super::{CREATE, Raw, TYPENAME, request, request_with, send, token, writer};
use crate::harness::TestApp;

/// Asks with these parameters in the URL.
async fn get(app: &TestApp, parameters: &[(&str, &str)], accept: &str) -> Raw {
    send(request_with(app, Method::GET, parameters).header("accept", accept)).await
}

const ANY: &str = "*/*";

#[tokio::test]
async fn a_query_in_the_url_is_answered_as_one_in_a_body() {
    let app = TestApp::on_sqlite().await;
    let answer = get(&app, &[("query", TYPENAME)], ANY).await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({ "data": { "__typename": "Query" } }))
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let document = "query One($name: String!) { __type(name: $name) { name } } query Two { __typename }";
    let named = [
        ("query", document),
        ("operationName", "One"),
        ("variables", r#"{"name":"Customer"}"#),
        ("extensions", "{}"),
    ];
    let answer = get(&app, &named, "application/graphql-response+json").await;
    assert_eq!(answer.json()["data"]["__type"]["name"], "Customer");
    assert!(
        answer
            .header("content-type")
            .starts_with("application/graphql-response+json")
    );
    let empty = [
        ("query", TYPENAME),
        ("operationName", ""),
        ("variables", ""),
        ("extensions", ""),
    ];
    assert_eq!(get(&app, &empty, ANY).await.status, 200);
}

#[tokio::test]
async fn who_asks_counts_in_a_get_as_well() {
    let app = TestApp::on_sqlite().await;
    let ada = app.customer("ada").await;
    let ask = |authorization: String| {
        let me = request_with(&app, Method::GET, &[("query", "{ me { email } }")]);
        send(me.header("authorization", authorization))
    };
    assert_eq!(ask(token(&ada)).await.json()["data"]["me"]["email"], "ada@example.com");
    assert_eq!(ask("Bearer nonsense".to_owned()).await.status, 401);
}

#[tokio::test]
async fn a_mutation_in_a_url_is_not_executed() {
    let app = TestApp::on_sqlite().await;
    let writer = writer(&app).await;
    let two = format!(
        "query Harmless {{ __typename }} {}",
        CREATE.replace("mutation", "mutation Create")
    );
    for parameters in [
        vec![("query", CREATE)],
        vec![("query", two.as_str()), ("operationName", "Create")],
    ] {
        for method in [Method::GET, Method::HEAD] {
            for accept in [
                "application/json",
                "application/graphql-response+json",
                "text/html, */*",
            ] {
                let create = request_with(&app, method.clone(), &parameters)
                    .header("authorization", token(&writer))
                    .header("accept", accept);
                let answer = send(create).await;
                assert_eq!(
                    (answer.status, answer.header("allow")),
                    (405, "POST"),
                    "{method} {accept}"
                );
            }
        }
    }
    assert_eq!(app.count("customer").await, 0);
    let harmless = [("query", two.as_str()), ("operationName", "Harmless")];
    assert_eq!(get(&app, &harmless, ANY).await.status, 200);
}

#[tokio::test]
async fn a_url_that_says_too_little_or_something_twice_is_refused() {
    let app = TestApp::on_sqlite().await;
    for parameters in [
        vec![],
        vec![("operationName", "A")],
        vec![("query", TYPENAME), ("query", TYPENAME)],
        vec![("query", TYPENAME), ("variables", "{}"), ("variables", "{}")],
        vec![("query", TYPENAME), ("variables", "[]")],
        vec![("query", TYPENAME), ("variables", "nonsense")],
        vec![("query", TYPENAME), ("extensions", "1")],
    ] {
        let answer = get(&app, &parameters, ANY).await;
        assert_eq!(
            (answer.status, answer.codes()),
            (400, vec!["BAD_USER_INPUT".to_owned()]),
            "{parameters:?}"
        );
    }
    let list = [("query", r#"[{"query":"{ __typename }"}]"#)];
    let answer = get(&app, &list, "application/graphql-response+json").await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_browser_gets_the_page_unless_there_is_an_operation_in_the_url() {
    let app = TestApp::on_sqlite().await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for parameters in [vec![], vec![("operationName", "A")]] {
        let answer = get(&app, &parameters, browser).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, "text/html; charset=utf-8")
        );
    }
    let answer = get(&app, &[("query", TYPENAME)], browser).await;
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    let answer = get(&app, &[("query", TYPENAME)], "text/html").await;
    assert_eq!(answer.status, 406);
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let app = TestApp::on_sqlite().await;
    let answer = send(request_with(&app, Method::HEAD, &[("query", TYPENAME)])).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_there_are() {
    let app = TestApp::on_sqlite().await;
    let options = send(request(&app, Method::OPTIONS)).await;
    assert_eq!(
        (options.status, options.header("allow")),
        (204, "GET, HEAD, POST, OPTIONS")
    );
    for method in ["PUT", "PATCH", "DELETE", "QUERY", "SUBSCRIBE"] {
        let answer = send(request(&app, Method::from_bytes(method.as_bytes()).unwrap())).await;
        assert_eq!(
            (answer.status, answer.codes()),
            (405, vec!["BAD_USER_INPUT".to_owned()]),
            "{method}"
        );
        assert_eq!(answer.header("allow"), "GET, HEAD, POST, OPTIONS", "{method}");
    }
}
