//! The ways in which a document comes.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Persona, TestApp};

/// A way in which a document comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Post,
    Get,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) codes: Vec<String>,
    pub(super) text: String,
    pub(super) took: Duration,
}

impl Transport {
    pub(super) const ALL: [Self; 2] = [Self::Post, Self::Get];

    /// Whether a client can send it at all: no library writes a URL of this length.
    pub(super) fn carries(self, body: &Value) -> bool {
        self != Self::Get || body.to_string().len() < 20_000
    }

    /// Sends an operation.
    pub(super) async fn send(self, app: &TestApp, persona: &Persona, body: &Value) -> Reply {
        let started = Instant::now();
        let text = match self {
            Self::Post => over_http(persona, client().post(endpoint(app)).json(body)).await,
            Self::Get => {
                let mut url = endpoint(app);
                for (name, value) in body.as_object().unwrap() {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    url.query_pairs_mut().append_pair(name, &text);
                }
                over_http(persona, client().get(url)).await
            }
        };
        Reply {
            codes: codes(&text),
            text,
            took: started.elapsed(),
        }
    }
}

fn endpoint(app: &TestApp) -> url::Url {
    format!("{}/graphql", app.url).parse().unwrap()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn over_http(persona: &Persona, request: reqwest::RequestBuilder) -> String {
    let request = match &persona.token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let response = request.send().await.expect("an answer instead of a closed connection");
    assert!(response.status().as_u16() < 500, "{}", response.status());
    response.text().await.unwrap()
}

/// The codes of the errors of an answer.
fn codes(text: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("not JSON: {text}"));
    let errors = body["errors"].as_array().into_iter().flatten();
    errors
        .map(|error| error["extensions"]["code"].as_str().unwrap_or("no code").to_owned())
        .collect()
}
