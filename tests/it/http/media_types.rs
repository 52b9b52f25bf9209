//! What a body may be declared as, and what an answer is (A15, A16).

use reqwest::Method;

use super::{CREATE, Raw, TYPENAME, body, request, send, token, writer};
use crate::harness::TestApp;

const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

async fn post(app: &TestApp, accept: Option<&str>, body: impl Into<Vec<u8>>) -> Raw {
    let mut request = request(app, Method::POST)
        .header("content-type", "application/json")
        .body(body.into());
    if let Some(accept) = accept {
        request = request.header("accept", accept);
    }
    send(request).await
}

#[tokio::test]
async fn an_answer_is_of_the_media_type_that_is_asked_for() {
    let app = TestApp::on_sqlite().await;
    for (accept, content_type) in [
        (None, JSON),
        (Some("*/*"), JSON),
        (Some("application/json"), JSON),
        (Some("application/graphql-response+json"), GRAPHQL),
        (
            Some("application/graphql-response+json, application/json;q=0.9"),
            GRAPHQL,
        ),
        (
            Some("application/graphql-response+json,application/json;q=0.9,*/*;q=0.1"),
            GRAPHQL,
        ),
    ] {
        let answer = post(&app, accept, body(TYPENAME)).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, content_type),
            "{accept:?}"
        );
        assert_eq!(answer.json()["data"]["__typename"], "Query");
        let vary: Vec<_> = answer
            .headers
            .get_all("vary")
            .iter()
            .map(|value| value.to_str().unwrap())
            .collect();
        for name in ["Accept", "Authorization", "Cookie", "Origin"] {
            assert!(vary.join(", ").contains(name), "{vary:?}");
        }
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_client_that_takes_neither_media_type_is_told_and_nothing_is_done() {
    let app = TestApp::on_sqlite().await;
    let writer = writer(&app).await;
    for accept in ["text/html", "application/xml", "application/json;q=0", "nonsense"] {
        let create = request(&app, Method::POST)
            .header("content-type", "application/json")
            .header("authorization", token(&writer))
            .header("accept", accept)
            .body(body(CREATE));
        let answer = send(create).await;
        assert_eq!(
            (answer.status, answer.codes()),
            (406, vec!["BAD_USER_INPUT".to_owned()]),
            "{accept}"
        );
    }
    assert_eq!(app.count("customer").await, 0);
}

#[tokio::test]
async fn errors_that_came_before_execution_are_told_by_the_status_to_those_who_know_the_new_media_type() {
    let app = TestApp::on_sqlite().await;
    for query in [
        "{",
        "{ nothing }",
        "query ($id: ID!) { __typename }",
        "subscription { __typename }",
    ] {
        let new = post(&app, Some("application/graphql-response+json"), body(query)).await;
        assert_eq!((new.status, new.header("content-type")), (400, GRAPHQL), "{query}");
        let old = post(&app, Some("application/json"), body(query)).await;
        assert_eq!((old.status, old.header("content-type")), (200, JSON), "{query}");
        assert_eq!(new.codes(), old.codes(), "{query}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_declared_as_json_is_not_read() {
    let app = TestApp::on_sqlite().await;
    let writer = writer(&app).await;
    for content_type in [
        None,
        Some("text/plain"),
        Some("text/plain; application/json"),
        Some("text/plain;charset=application/json"),
        Some("application/json, text/plain"),
        Some("application/json; charset=utf-16"),
        Some("application/graphql"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("multipart/form-data; boundary=application/json"),
    ] {
        let mut create = request(&app, Method::POST)
            .header("authorization", token(&writer))
            .body(body(CREATE));
        if let Some(content_type) = content_type {
            create = create.header("content-type", content_type);
        }
        let answer = send(create).await;
        assert_eq!(answer.status, 415, "{content_type:?}");
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{content_type:?}");
    }
    for (first, second) in [
        ("application/json", "text/plain"),
        ("text/plain", "application/json"),
        ("application/json", "application/json"),
    ] {
        let create = request(&app, Method::POST)
            .header("authorization", token(&writer))
            .header("content-type", first)
            .header("content-type", second)
            .body(body(CREATE));
        assert_eq!(send(create).await.status, 415, "declared twice: {first}, {second}");
    }
    assert_eq!(app.count("customer").await, 0);
    // The same is done when it is declared.
    let create = request(&app, Method::POST)
        .header("authorization", token(&writer))
        .header("content-type", "Application/JSON; Charset=\"UTF-8\"")
        .body(body(CREATE));
    assert_eq!(send(create).await.status, 200);
    assert_eq!(app.count("customer").await, 1);
}

#[tokio::test]
async fn an_upload_is_refused_however_large_it_is() {
    let app = TestApp::on_sqlite().await;
    let part = "--x\r\ncontent-disposition: form-data; name=\"1\"; filename=\"a\"\r\n\r\nabc\r\n";
    let operations = r#"{"query":"mutation ($file: Upload!) { upload(file: $file) }","variables":{"file":null}}"#;
    let form = format!(
        "--x\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{operations}\r\n{}--x--\r\n",
        part.repeat(10_000)
    );
    let upload = request(&app, Method::POST)
        .header("content-type", "multipart/form-data; boundary=x")
        .body(form);
    assert_eq!(send(upload).await.status, 415);
}

#[tokio::test]
async fn a_compressed_body_is_refused() {
    let app = TestApp::on_sqlite().await;
    for coding in ["gzip", "br", "identity, gzip"] {
        let compressed = request(&app, Method::POST)
            .header("content-type", "application/json")
            .header("content-encoding", coding)
            .body(vec![0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0]);
        let answer = send(compressed).await;
        assert_eq!(
            (answer.status, answer.header("accept-encoding")),
            (415, "identity"),
            "{coding}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused_with_what_it_must_be() {
    let app = TestApp::on_sqlite().await;
    for wrong in [
        "",
        "null",
        "1",
        "\"{ __typename }\"",
        "{",
        "{}",
        r#"{"qeury":"{ __typename }"}"#,
        r#"{"query":1}"#,
        r#"{"query":null}"#,
        r#"{"query":"{ __typename }","query":"{ me { id } }"}"#,
        r#"{"query":"{ __typename }","variables":[]}"#,
        r#"{"query":"{ __typename }","variables":"{}"}"#,
        r#"{"query":"{ __typename }","operationName":1}"#,
        r#"{"query":"{ __typename }","extensions":[]}"#,
        r#"[{"query":"{ __typename }"}]"#,
        r#"[[{"query":"{ __typename }"}]]"#,
        "[]",
    ] {
        for accept in ["application/json", "application/graphql-response+json"] {
            let answer = post(&app, Some(accept), wrong).await;
            assert_eq!(
                (answer.status, answer.codes()),
                (400, vec!["BAD_USER_INPUT".to_owned()]),
                "{wrong}"
            );
        }
    }
    let not_text = post(&app, None, b"{\"query\":\"{ __typename \xff}\"}".to_vec()).await;
    assert_eq!(not_text.status, 400);
}

#[tokio::test]
async fn a_byte_order_mark_and_what_is_null_do_not_matter() {
    let app = TestApp::on_sqlite().await;
    for fine in [
        format!("\u{feff}{}", body(TYPENAME)),
        format!(" \r\n\t{}\n", body(TYPENAME)),
        r#"{"query":"{ __typename }","variables":null,"operationName":null,"extensions":null,"more":[1]}"#.to_owned(),
        r#"{"query":"query A { __typename } query B { b: __typename }","operationName":"A","extensions":{"a":1}}"#
            .to_owned(),
    ] {
        let answer = post(&app, None, fine.clone()).await;
        assert_eq!(answer.json()["data"]["__typename"], "Query", "{fine}");
    }
}
