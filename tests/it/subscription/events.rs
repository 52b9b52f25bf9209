//! Streams of events.

use serde_json::{Value, json};

use super::{CUSTOMER, rename};
use crate::{
    harness::{Events, PASSWORD, Persona, Setup, TestApp},
    on_both, on_both_with,
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

/// What urql sends with every operation.
const URQL: (&str, &str) = (
    "accept",
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed",
);

/// The service, with comments that are due all the time, also while an answer is made.
fn hurried() -> Setup {
    let mut setup = Setup::default();
    setup.http.subscriptions.ping_interval = std::time::Duration::from_millis(1);
    setup
}

on_both_with! { hurried();
    async fn nothing_is_lost_while_a_stream_is_kept_open(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        let mut events = app.events(&ada, CUSTOMER, json!({})).await;
        for round in 0..10 {
            let name = format!("name {round}");
            rename(&app, &admin, ada.id(), &name).await;
            assert_eq!(events.next().await["data"]["customerChanged"]["customer"]["firstName"], name);
        }
    }
}

#[tokio::test]
async fn who_takes_json_as_well_gets_events_for_subscriptions_alone() {
    let app = TestApp::on_sqlite().await;
    let (admin, ada) = (app.admin().await, app.customer("ada").await);
    let kind = |events: &Events| events.headers["content-type"].to_str().unwrap().to_owned();
    for (query, status) in [("{ me { firstName } }", 200), ("{ nothing }", 400), ("{", 400)] {
        let answer = app.events_with(&ada, query, json!({}), &[URQL]).await;
        assert_eq!(answer.status, status, "{query}");
        assert_eq!(
            kind(&answer),
            "application/graphql-response+json; charset=utf-8",
            "{query}"
        );
        let body: Value = serde_json::from_str(&answer.text().await).unwrap();
        assert!(body.is_object(), "{body}");
    }
    let mut events = app.events_with(&ada, CUSTOMER, json!({}), &[URQL]).await;
    assert_eq!(kind(&events), "text/event-stream");
    rename(&app, &admin, ada.id(), "Augusta").await;
    assert_eq!(
        events.next().await["data"]["customerChanged"]["customer"]["firstName"],
        "Augusta"
    );
    let refused = [("accept", "text/event-stream;q=0, application/json")];
    let answer = app.events_with(&ada, CUSTOMER, json!({}), &refused).await;
    assert_eq!(kind(&answer), "application/json; charset=utf-8");
}

#[tokio::test]
async fn an_event_says_in_its_headers_what_every_answer_says() {
    let app = TestApp::on_sqlite().await;
    app.customer("ada").await;
    let log_in = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { userErrors { code } } }";
    let input = json!({ "email": "ada@example.com", "password": PASSWORD, "actor": "CUSTOMER" });
    let variables = json!({ "input": input });
    let cookie = [("session-mode", "cookie")];
    let mut events = app.events_with(&Persona::anonymous(), log_in, variables, &cookie).await;
    assert_eq!(events.next().await["data"]["sessionCreate"]["userErrors"], json!([]));
    let cookies: Vec<_> = events.headers.get_all("set-cookie").iter().collect();
    assert!(
        cookies
            .iter()
            .any(|cookie| cookie.to_str().unwrap().starts_with("__Host-access-token=")),
        "{cookies:?}"
    );
    let vary = events.headers["vary"].to_str().unwrap();
    assert!(vary.contains("Accept") && vary.contains("Session-Mode"), "{vary}");
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
