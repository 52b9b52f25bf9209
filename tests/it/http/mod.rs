//! GraphQL over HTTP: media types, methods, statuses, limits, pages of other origins, and what comes over the wire.

mod audits;
mod batch;
mod body;
mod cross_site;
mod get;
mod head;
mod media_types;
mod order;
mod profile;
mod wire;

use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::Value;

use crate::harness::{Persona, TestApp};

/// What the service answered, to the last header.
#[derive(Debug)]
struct Raw {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Raw {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The codes of the errors, of which there must be some, in a body without data.
    #[track_caller]
    fn codes(&self) -> Vec<String> {
        let body = self.json();
        assert!(body.get("data").is_none(), "{body}");
        let errors = body["errors"].as_array().expect("errors").iter();
        errors
            .map(|error| {
                assert!(error["message"].is_string(), "{error}");
                error["extensions"]["code"].as_str().unwrap().to_owned()
            })
            .collect()
    }
}

/// A request to the endpoint with nothing in it.
fn request(app: &TestApp, method: Method) -> RequestBuilder {
    request_with(app, method, &[])
}

/// A request with these parameters in its URL.
fn request_with(app: &TestApp, method: Method, parameters: &[(&str, &str)]) -> RequestBuilder {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut url = url::Url::parse(&format!("{}/graphql", app.url)).unwrap();
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    client.request(method, url)
}

async fn send(request: RequestBuilder) -> Raw {
    let response = request.send().await.unwrap();
    Raw {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// A body that asks for this.
fn body(query: &str) -> String {
    serde_json::json!({ "query": query }).to_string()
}

const TYPENAME: &str = "{ __typename }";

/// Creates a customer, for whoever has `customers:write`.
const CREATE: &str = r#"mutation { customerCreate(input: { email: "ada@example.com" }) { userErrors { code } } }"#;

async fn writer(app: &TestApp) -> Persona {
    app.api_key("writer", "customers:*").await
}

fn token(persona: &Persona) -> String {
    format!("Bearer {}", persona.token.as_ref().unwrap())
}
