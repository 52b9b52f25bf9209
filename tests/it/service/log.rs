//! What the service writes down of a request, and what it does not (D9).

use reqwest::{Client, Method, RequestBuilder};
use serde_json::json;

use super::serve::Service;

const CANARY: &str = "canary0123456789";

/// Requests with the canary in every place where a client can put something, most of them refused.
fn requests(url: &str) -> Vec<RequestBuilder> {
    let client = Client::builder().no_proxy().build().unwrap();
    let graphql = format!("{url}/graphql");
    let post = || client.post(&graphql).header("content-type", "application/json");
    let email = format!("{CANARY}@example.com");
    let log_in = "mutation($email: String!, $password: String!) { sessionCreate(input: { email: $email, password: $password }) { userErrors { code } } }";
    let register = format!(
        "mutation {{ customerRegister(input: {{ email: \"{email}\", password: \"{CANARY} {CANARY}\" }}) {{ userErrors {{ code }} }} }}"
    );
    let document = |query: &str| json!({ "query": query }).to_string();
    let get = |parameters: &[(&str, &str)]| {
        let mut url = url::Url::parse(&graphql).unwrap();
        url.query_pairs_mut().extend_pairs(parameters);
        client.get(url)
    };
    vec![
        post().body(json!({ "query": log_in, "variables": { "email": email, "password": CANARY } }).to_string()),
        post().body(document(&register)),
        post().body(document(&format!("query {CANARY} {{ {CANARY}: __typename }}"))),
        post().body(document(&format!("{{ {CANARY} }}"))),
        post().body(document(&format!("{{ customer(email: \"{email}\") {{ id }} }}"))),
        post().body(format!("{{ {CANARY}")),
        post().body(json!({ "query": "{ __typename }", CANARY: CANARY, "extensions": { CANARY: CANARY } }).to_string()),
        post().body(document("{ __typename }")).bearer_auth(CANARY),
        post()
            .body(document("{ __typename }"))
            .header("x-publishable-api-key", CANARY),
        post()
            .body(document("{ _service { sdl } }"))
            .header("gateway-authorization", format!("Bearer {CANARY}")),
        post()
            .body(document("{ __typename }"))
            .header("session-mode", "cookie")
            .header(
                "cookie",
                format!("__Host-access-token={CANARY}; __Host-refresh-token={CANARY}"),
            ),
        post()
            .body(document("{ __typename }"))
            .header("user-agent", CANARY)
            .header("origin", format!("https://{CANARY}.test"))
            .header("x-request-id", format!("not an id {CANARY}"))
            .header("idempotency-key", CANARY)
            .header("x-forwarded-for", CANARY),
        client.post(&graphql).header("content-type", CANARY).body(CANARY),
        get(&[
            ("query", "{ __typename }"),
            ("variables", &json!({ CANARY: CANARY }).to_string()),
            ("operationName", CANARY),
        ]),
        get(&[("query", CANARY)]),
        client.get(format!("{url}/{CANARY}?token={CANARY}")),
        client.request(Method::DELETE, format!("{graphql}?{CANARY}")),
    ]
}

#[tokio::test]
async fn nothing_that_a_client_sends_is_in_the_log() {
    for level in ["info", "warn,customer_graph=trace", "debug"] {
        let folder = tempfile::tempdir().unwrap();
        let service = Service::logging(folder.path(), level);
        for request in requests(&format!("http://{}", service.address)) {
            let answer = request.send().await.unwrap();
            assert_ne!(answer.status().as_u16(), 500);
            drop(answer.text().await);
        }
        let log = service.ended();
        if level != "warn,customer_graph=trace" {
            assert!(log.matches("\"answered\"").count() >= 3, "{level}: {log}");
        }
        assert!(!log.contains(CANARY), "{level}: {log}");
    }
}

#[tokio::test]
async fn what_is_logged_of_a_request_names_it_and_counts() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::logging(folder.path(), "info");
    let client = Client::builder().no_proxy().build().unwrap();
    let request = client
        .post(format!("http://{}/graphql", service.address))
        .header("content-type", "application/json")
        .header("x-request-id", "req_of_the_client")
        .body(json!({ "query": "{ viewer { kind } again: __typename }" }).to_string());
    request.send().await.unwrap();
    let log = service.ended();
    let line = log
        .lines()
        .find(|line| line.contains("\"answered\""))
        .unwrap_or_else(|| panic!("{log}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["request.id"], "req_of_the_client");
    assert_eq!(
        (&line["operation"], &line["viewer"]),
        (&json!("query"), &json!("ANONYMOUS"))
    );
    assert_eq!(
        (&line["cost"], &line["statements"], &line["errors"]),
        (&json!(1), &json!(0), &json!(0))
    );
}
