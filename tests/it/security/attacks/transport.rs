//! The ways in which a document comes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

/// A way in which a document comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Post,
    Get,
    ServerSentEvents,
    WebSocket,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) codes: Vec<String>,
    pub(super) text: String,
    pub(super) took: Duration,
    /// Whether it was too large for the transport, so that nobody looked at the document.
    pub(super) is_cut: bool,
}

impl Reply {
    /// What the firewall says, which names no place in the document, as the schema's complaints do, and does not speak of
    /// the way in which it came.
    pub(super) fn of_firewall(&self) -> Option<String> {
        let body: Value = serde_json::from_str(&self.text).ok()?;
        let error = &body["errors"][0];
        let is_of_schema = error.get("locations").is_some_and(|places| !places.is_null());
        let message = error["message"].as_str()?;
        (!is_of_schema && !self.is_cut && !message.starts_with("The body")).then(|| message.to_owned())
    }
}

/// The codes of a socket that is closed because a message is too large, or cannot be read.
const CUT: [u16; 2] = [1_009, 4_400];

impl Transport {
    pub(super) const ALL: [Self; 4] = [Self::Post, Self::Get, Self::ServerSentEvents, Self::WebSocket];

    /// Those that carry queries; a socket carries subscriptions alone.
    pub(super) const OF_QUERIES: [Self; 3] = [Self::Post, Self::Get, Self::ServerSentEvents];

    /// Whether a client can send it at all: no library writes a URL of this length, and a socket is for those whom we
    /// know.
    pub(super) fn carries(self, persona: &Persona, body: &Value) -> bool {
        match self {
            Self::Get => body.to_string().len() < 20_000,
            Self::WebSocket => persona.token.is_some(),
            Self::Post | Self::ServerSentEvents => true,
        }
    }

    /// Sends an operation.
    pub(super) async fn send(self, app: &TestApp, persona: &Persona, body: &Value) -> Reply {
        let started = Instant::now();
        let post = || client().post(endpoint(app)).json(body);
        let (text, is_cut) = match self {
            Self::Post => over_http(persona, post()).await,
            Self::Get => {
                let mut url = endpoint(app);
                for (name, value) in body.as_object().unwrap() {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    url.query_pairs_mut().append_pair(name, &text);
                }
                over_http(persona, client().get(url)).await
            }
            Self::ServerSentEvents => {
                let (text, is_cut) = over_http(persona, post().header("accept", "text/event-stream")).await;
                let event = text
                    .strip_prefix("event: next\ndata: ")
                    .map(|rest| rest.lines().next().unwrap());
                (event.map_or(text.clone(), str::to_owned), is_cut)
            }
            Self::WebSocket => over_socket(app, persona, body).await,
        };
        Reply {
            codes: codes(&text),
            text,
            took: started.elapsed(),
            is_cut,
        }
    }
}

fn endpoint(app: &TestApp) -> url::Url {
    format!("{}/graphql", app.url).parse().unwrap()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn over_http(persona: &Persona, request: reqwest::RequestBuilder) -> (String, bool) {
    let request = match &persona.token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let response = request.send().await.expect("an answer instead of a closed connection");
    let status = response.status().as_u16();
    assert!(status < 500, "{status}");
    (response.text().await.unwrap(), matches!(status, 413 | 414))
}

async fn over_socket(app: &TestApp, persona: &Persona, body: &Value) -> (String, bool) {
    let mut socket = app.socket(persona).await;
    socket
        .send(json!({ "type": "subscribe", "id": "1", "payload": body }))
        .await;
    match socket.received_or_closed().await {
        Ok(message) if message["type"] == "error" => (json!({ "errors": message["payload"] }).to_string(), false),
        Ok(message) => (message["payload"].to_string(), false),
        Err(code) => {
            assert!(CUT.contains(&code), "the socket was closed with {code}");
            let error = json!({ "message": "", "extensions": { "code": "BAD_USER_INPUT" } });
            (json!({ "errors": [error] }).to_string(), true)
        }
    }
}

/// The codes of the errors of an answer.
fn codes(text: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("not JSON: {text}"));
    let errors = body["errors"].as_array().into_iter().flatten();
    errors
        .map(|error| error["extensions"]["code"].as_str().unwrap_or("no code").to_owned())
        .collect()
}
