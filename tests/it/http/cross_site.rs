//! Pages of other origins (A15, D7): which may read an answer, and that none makes a browser do anything.

use reqwest::Method;
use serde_json::json;

use super::{CREATE, Raw, TYPENAME, body, request, request_with, send, token, writer};
use crate::{
    harness::{PASSWORD, Setup, TestApp},
    on_both_with,
};

const SHOP: &str = "https://shop.test";

fn open_to_the_shop() -> Setup {
    let mut setup = Setup::default();
    setup.http.allowed_origins = vec![SHOP.to_owned(), "http://localhost:3000".to_owned()];
    setup
}

/// Everything that a page might write to pass for the shop.
const STRANGERS: [&str; 14] = [
    "null",
    "*",
    "https://evil.test",
    "https://evil-shop.test",
    "https://evil.shop.test",
    "https://shop.test.evil.test",
    "https://shop.tes",
    "https://shop.test:8443",
    "https://shop.test/",
    "https://shop.test.",
    "https://SHOP.TEST",
    "http://shop.test",
    "https://shop.test, https://evil.test",
    "http://localhost:30000",
];

fn origin_headers(answer: &Raw) -> Vec<String> {
    let names = answer.headers.keys().map(|name| name.as_str().to_owned());
    names.filter(|name| name.starts_with("access-control-")).collect()
}

#[tokio::test]
async fn an_allowed_page_is_named_in_the_answer_and_no_other_is() {
    let app = TestApp::on_sqlite_with(open_to_the_shop()).await;
    let ask = |origin: &str| {
        let ask = request(&app, Method::POST)
            .header("content-type", "application/json")
            .header("origin", origin)
            .body(body(TYPENAME));
        send(ask)
    };
    let answer = ask(SHOP).await;
    assert_eq!(answer.header("access-control-allow-origin"), SHOP);
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert!(answer.header("access-control-expose-headers").contains("x-request-id"));
    for stranger in STRANGERS {
        let answer = ask(stranger).await;
        assert_eq!(answer.status, 200, "programs may write what they want: {stranger}");
        assert_eq!(origin_headers(&answer), [""; 0], "{stranger}");
        assert!(
            answer.headers.get_all("vary").iter().any(|value| value == "Origin"),
            "{stranger}"
        );
    }
}

#[tokio::test]
async fn a_browser_that_asks_beforehand_is_told_for_how_long_it_knows() {
    let app = TestApp::on_sqlite_with(open_to_the_shop()).await;
    let ask = |origin: &str| {
        let ask = request(&app, Method::OPTIONS)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type, x-of-my-own-making");
        send(ask)
    };
    let answer = ask(SHOP).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), SHOP);
    assert_eq!(answer.header("access-control-max-age"), "7200");
    assert!(answer.header("access-control-allow-methods").contains("POST"));
    let headers = answer.header("access-control-allow-headers");
    for name in [
        "authorization",
        "content-type",
        "session-mode",
        "idempotency-key",
        "x-publishable-api-key",
    ] {
        assert!(headers.contains(name), "{headers}");
    }
    assert!(
        !headers.contains("x-of-my-own-making") && !headers.contains('*'),
        "{headers}"
    );
    for stranger in STRANGERS {
        let answer = ask(stranger).await;
        assert_eq!((answer.status, origin_headers(&answer)), (204, vec![]), "{stranger}");
    }
}

#[tokio::test]
async fn errors_are_told_to_allowed_pages_too() {
    let app = TestApp::on_sqlite_with(open_to_the_shop()).await;
    for (status, wrong) in [
        (415, request(&app, Method::POST)),
        (405, request(&app, Method::DELETE)),
        (400, request(&app, Method::GET)),
        (414, request_with(&app, Method::GET, &[("query", &" ".repeat(20_000))])),
    ] {
        let answer = send(wrong.header("origin", SHOP)).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), SHOP, "{status}");
    }
}

#[tokio::test]
async fn without_a_configured_origin_no_page_elsewhere_may_ask() {
    let app = TestApp::on_sqlite().await;
    let ask = request(&app, Method::OPTIONS)
        .header("origin", SHOP)
        .header("access-control-request-method", "POST");
    assert_eq!(origin_headers(&send(ask).await), [""; 0]);
}

on_both_with! {
    open_to_the_shop();

    async fn no_page_elsewhere_makes_a_browser_write(app: TestApp) {
        let writer = writer(&app).await;
        let post = |site: &'static str, origin: &'static str| {
            let create = request(&app, Method::POST)
                .header("content-type", "application/json")
                .header("authorization", token(&writer))
                .header("origin", origin)
                .header("sec-fetch-site", site)
                .body(body(CREATE));
            send(create)
        };
        for (site, origin) in [
            ("cross-site", "https://evil.test"),
            ("cross-site", "null"),
            ("same-site", "https://sister.shop.test"),
            ("Same-Origin", "https://evil.test"),
        ] {
            let answer = post(site, origin).await;
            assert_eq!((answer.status, answer.codes()), (403, vec!["FORBIDDEN".to_owned()]), "{site} {origin}");
        }
        assert_eq!(app.count("customer").await, 0);
        let by_the_shop = post("cross-site", SHOP).await;
        assert_eq!(by_the_shop.json()["data"]["customerCreate"]["userErrors"], json!([]));
        assert_eq!(app.count("customer").await, 1);
        for (site, origin) in [("same-origin", "https://api.test"), ("none", "null")] {
            assert_eq!(post(site, origin).await.status, 200, "{site}");
        }
    }

    async fn a_form_with_the_cookies_of_a_session_does_nothing(app: TestApp) {
        app.customer("ada").await;
        let log_in = format!(
            "mutation {{ sessionCreate(input: {{ email: \"ada@example.com\", password: \"{PASSWORD}\" }}) {{ userErrors {{ code }} }} }}"
        );
        let logged_in = request(&app, Method::POST)
            .header("content-type", "application/json")
            .header("session-mode", "cookie")
            .body(body(&log_in));
        let cookies: Vec<String> = send(logged_in).await.headers.get_all("set-cookie").iter()
            .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned())
            .collect();
        assert_eq!(cookies.len(), 2);
        let cookies = cookies.join("; ");
        let open = app.count("session where revoked_at is null").await;
        let end = "mutation { sessionEnd { endedCount } }";
        // What a form, an image or a script of another site can make a browser send without asking first.
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            let form = request(&app, Method::POST)
                .header("cookie", &cookies)
                .header("content-type", content_type)
                .header("origin", "https://evil.test")
                .body(body(end));
            assert_eq!(send(form).await.status, 415, "{content_type}");
        }
        let image = request_with(&app, Method::GET, &[("query", end)]).header("cookie", &cookies);
        assert_eq!(send(image).await.status, 405);
        // Even if a browser let it pass: the cookies count for nothing.
        let bare = request(&app, Method::POST)
            .header("cookie", &cookies)
            .header("content-type", "application/json")
            .body(body(end));
        send(bare).await;
        assert_eq!(app.count("session where revoked_at is null").await, open);
    }
}
