use crate::{harness::TestApp, on_both};

async fn get(app: &TestApp, path: &str) -> (u16, reqwest::header::HeaderMap, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = client.get(format!("{}{path}", app.url)).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.text().await.unwrap())
}

on_both! {
    async fn a_service_with_a_database_is_live_and_ready(app: TestApp) {
        assert_eq!(get(&app, "/health/live").await.0, 200);
        assert_eq!(get(&app, "/health/ready").await.0, 200);
    }

    async fn a_service_without_a_database_is_live_but_not_ready(app: TestApp) {
        app.app.parts.database.close().await.unwrap();
        assert_eq!(get(&app, "/health/live").await.0, 200);
        assert_eq!(get(&app, "/health/ready").await.0, 503);
    }
}

#[tokio::test]
async fn a_service_that_was_told_to_stop_is_not_ready() {
    let app = TestApp::on_sqlite().await;
    app.app.stopping.tell();
    let (status, _, body) = get(&app, "/health/ready").await;
    assert_eq!((status, body.as_str()), (503, r#"{"status":"stopping"}"#));
}

#[tokio::test]
async fn where_there_is_nothing_a_404_says_so_in_json() {
    let app = TestApp::on_sqlite().await;
    let (status, headers, body) = get(&app, "/no/such/thing").await;
    assert_eq!(status, 404);
    assert!(
        headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("application/json")
    );
    assert!(body.contains(r#""code":"NOT_FOUND""#), "{body}");
}

#[tokio::test]
async fn every_answer_tells_browsers_what_not_to_do() {
    let app = TestApp::on_sqlite().await;
    for path in ["/health/live", "/graphql", "/no/such/thing"] {
        let (_, headers, _) = get(&app, path).await;
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!headers.contains_key("server"), "{path}");
    }
}
