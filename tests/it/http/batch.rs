//! Lists of operations in one request (A14): refused, unless the configuration takes them.

use reqwest::Method;
use serde_json::{Value, json};

use super::{CREATE, Raw, request, send, token, writer};
use crate::harness::{Setup, TestApp};

fn with_lists_of(batch_operations: usize) -> Setup {
    let mut setup = Setup::default();
    setup.http.batch_operations = batch_operations;
    setup
}

async fn post(app: &TestApp, authorization: Option<String>, list: Value) -> Raw {
    let mut request = request(app, Method::POST)
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json, application/json")
        .body(list.to_string());
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    send(request).await
}

fn query(text: &str) -> Value {
    json!({ "query": text })
}

#[tokio::test]
async fn a_list_is_answered_in_its_order_where_lists_are_taken() {
    let app = TestApp::on_sqlite_with(with_lists_of(3)).await;
    let ada = app.customer("ada").await;
    let list = json!([
        query("{ me { email } }"),
        query("{ nothing }"),
        query("{ a: __typename }")
    ]);
    let answer = post(&app, Some(token(&ada)), list).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/json; charset=utf-8")
    );
    let answers = answer.json();
    assert_eq!(answers[0]["data"]["me"]["email"], "ada@example.com");
    assert!(
        answers[1].get("data").is_none() && answers[1]["errors"].is_array(),
        "{answers}"
    );
    assert_eq!(answers[2], json!({ "data": { "a": "Query" } }));
}

#[tokio::test]
async fn a_list_has_an_end_and_no_list_in_it() {
    let app = TestApp::on_sqlite_with(with_lists_of(2)).await;
    let one = query("{ __typename }");
    for list in [
        json!([]),
        json!([one, one, one]),
        json!([[one]]),
        json!([one, [one]]),
        json!([1]),
    ] {
        let answer = post(&app, None, list.clone()).await;
        assert_eq!(
            (answer.status, answer.codes()),
            (400, vec!["BAD_USER_INPUT".to_owned()]),
            "{list}"
        );
    }
}

#[tokio::test]
async fn limits_are_for_the_list_as_a_whole() {
    let mut setup = with_lists_of(10);
    setup.firewall.store.selections = 30;
    let app = TestApp::on_sqlite_with(setup).await;
    let ten = query(
        "{ a:__typename b:__typename c:__typename d:__typename e:__typename f:__typename g:__typename h:__typename i:__typename j:__typename }",
    );
    assert_eq!(post(&app, None, json!([ten, ten, ten])).await.status, 200);
    let answer = post(&app, None, json!([ten, ten, ten, ten])).await;
    assert_eq!(
        (answer.status, answer.codes()),
        (400, vec!["BAD_USER_INPUT".to_owned()])
    );
    let dear = query("{ nodes(ids: [\"cus_1\", \"cus_2\"]) { id } }");
    let mut setup = with_lists_of(10);
    setup.firewall.store.cost = 5;
    let app = TestApp::on_sqlite_with(setup).await;
    assert_eq!(post(&app, None, json!([dear, dear])).await.status, 200);
    let answer = post(&app, None, json!([dear, dear, dear])).await;
    assert_eq!((answer.status, answer.codes()), (400, vec!["COST_EXCEEDED".to_owned()]));
}

#[tokio::test]
async fn a_mutation_is_not_executed_in_a_list() {
    let app = TestApp::on_sqlite_with(with_lists_of(10)).await;
    let writer = writer(&app).await;
    for list in [
        json!([query(CREATE)]),
        json!([query("{ __typename }"), query(CREATE)]),
        json!([query(CREATE), query(CREATE)]),
    ] {
        let answer = post(&app, Some(token(&writer)), list).await;
        assert_eq!(
            (answer.status, answer.codes()),
            (400, vec!["BAD_USER_INPUT".to_owned()])
        );
    }
    assert_eq!(app.count("customer").await, 0);
}
