//! Streams of events.

use serde_json::{Value, json};

use super::{CUSTOMER, rename};
use crate::{
    harness::{Persona, Setup, TestApp},
    on_both,
};

on_both! {
    async fn a_change_is_told_as_an_event(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let mut events = app.events(&ada, CUSTOMER, json!({})).await;
        assert_eq!(events.status, 200);
        let header = |name: &str| events.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("content-type").as_deref(), Some("text/event-stream"));
        assert_eq!(header("cache-control").as_deref(), Some("no-store"));
        assert_eq!(header("x-accel-buffering").as_deref(), Some("no"));
        for name in ["Augusta", "Ada"] {
            rename(&app, &admin, ada.id(), name).await;
            assert_eq!(events.next().await["data"]["customerChanged"]["customer"]["firstName"], name);
        }
    }
}

#[tokio::test]
async fn a_query_is_one_event_and_the_end() {
    let app = TestApp::on_sqlite().await;
    let ada = app.customer("ada").await;
    for (query, data) in [
        ("{ me { firstName } }", json!({ "me": { "firstName": "ada" } })),
        (
            "mutation { profileUpdate(input: { firstName: \"Ada\" }) { customer { firstName } } }",
            json!({ "profileUpdate": { "customer": { "firstName": "Ada" } } }),
        ),
    ] {
        let mut events = app.events(&ada, query, json!({})).await;
        assert_eq!(events.next().await["data"], data);
        assert_eq!(events.event().await, Some(("complete".to_owned(), Value::Null)));
        assert_eq!(events.event().await, None);
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_operation_comes_as_an_event() {
    let app = TestApp::on_sqlite().await;
    for (query, code) in [
        (CUSTOMER, "UNAUTHENTICATED"),
        ("subscription { nothing }", "BAD_USER_INPUT"),
        ("{ nothing }", "BAD_USER_INPUT"),
        ("{", "BAD_USER_INPUT"),
    ] {
        let mut events = app.events(&Persona::anonymous(), query, json!({})).await;
        assert_eq!(events.status, 200, "{query}");
        let told = events.next().await;
        assert_eq!(told["errors"][0]["extensions"]["code"], code, "{query}: {told:#}");
        assert_eq!(events.event().await.map(|(name, _)| name).as_deref(), Some("complete"));
        assert_eq!(events.event().await, None);
    }
}

#[tokio::test]
async fn whoever_is_not_known_gets_a_status_and_no_stream() {
    let app = TestApp::on_sqlite().await;
    let stranger = Persona::bearer("stranger", "nonsense");
    let events = app.events(&stranger, CUSTOMER, json!({})).await;
    assert_eq!(events.status, 401);
    let body: Value = serde_json::from_str(&events.text().await).unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing_by_a_stream_either() {
    let app = TestApp::on_sqlite().await;
    let ada = app.customer("ada").await;
    let change = "mutation { profileUpdate(input: { firstName: \"Eve\" }) { customer { firstName } } }";
    let headers = [("origin", "https://evil.test"), ("sec-fetch-site", "cross-site")];
    let events = app.events_with(&ada, change, json!({}), &headers).await;
    assert_eq!(events.status, 403);
    assert_eq!(app.count("customer where first_name = 'Eve'").await, 0);
}

#[tokio::test]
async fn a_stream_is_neither_compressed_nor_cut_off() {
    let mut setup = Setup::default();
    setup.http.compression = true;
    setup.http.request_timeout = Some(std::time::Duration::from_millis(500));
    setup.http.subscriptions.ping_interval = std::time::Duration::from_millis(100);
    let app = TestApp::on_sqlite_with(setup).await;
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    let mut events = app
        .events_with(&ada, CUSTOMER, json!({}), &[("accept-encoding", "gzip")])
        .await;
    assert!(!events.headers.contains_key("content-encoding"));
    // Comments come for longer than a request may take.
    for _ in 0..10 {
        assert_eq!(events.raw().await, Some((String::new(), String::new())));
    }
    rename(&app, &admin, ada.id(), "Augusta").await;
    assert_eq!(
        events.next().await["data"]["customerChanged"]["customer"]["firstName"],
        "Augusta"
    );
}

#[tokio::test]
async fn without_a_stream_a_subscription_is_refused() {
    let app = TestApp::on_sqlite().await;
    let ada = app.customer("ada").await;
    let answer = app.ask(&ada, CUSTOMER, json!({})).await;
    assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{:#}", answer.body);
}
