//! SAML: what identity providers ask about this service, and what browsers bring from them.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use secrecy::SecretString;
use url::form_urlencoded;

use super::{
    HttpState,
    body::{self, Unread},
    client,
};
use crate::{
    auth::{Viewer, provider::saml::LONGEST_ANSWER},
    features::provider::posted,
    work::{Call, WriteError},
};

/// `GET /saml/{provider}/metadata`: what the identity provider must know about this service.
pub(super) async fn metadata(State(state): State<Arc<HttpState>>, Path(provider): Path<String>) -> Response {
    let Some(provider) = state.parts.providers.get(&provider) else {
        return nothing_here();
    };
    let Some(metadata) = provider.service_metadata() else {
        return nothing_here();
    };
    let kind = [(header::CONTENT_TYPE, "application/samlmetadata+xml")];
    (kind, metadata.to_owned()).into_response()
}

/// `POST /saml/{provider}/acs`: takes the form that the browser brings from the identity provider, and sends the browser
/// on to the frontend, which finishes the log-in with the code in the address. Nothing of the answer is in it.
pub(super) async fn receive(
    State(state): State<Arc<HttpState>>,
    Path(provider): Path<String>,
    request: Request,
) -> Response {
    let known = state.parts.providers.get(&provider);
    if known.is_none_or(|known| known.service_metadata().is_none()) {
        return nothing_here();
    }
    let (parts, body) = request.into_parts();
    if !is_form(&parts.headers) {
        return told(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "This address takes a form of an identity provider alone.",
        );
    }
    let body = match body::read(body, LONGEST_ANSWER, state.settings.body_timeout).await {
        Ok(body) => body,
        Err(Unread::TooLarge) => {
            return told(
                StatusCode::PAYLOAD_TOO_LARGE,
                "The answer of the identity provider is too large.",
            );
        }
        Err(Unread::TooSlow) => return told(StatusCode::REQUEST_TIMEOUT, BEGIN_AGAIN),
        Err(Unread::Broken) => return told(StatusCode::BAD_REQUEST, BEGIN_AGAIN),
    };
    let Some((relay_state, answer)) = read(&body) else {
        return told(StatusCode::BAD_REQUEST, BEGIN_AGAIN);
    };
    let call = Call::new(state.parts.clone(), Viewer::Anonymous, String::new(), None)
        .from_client(client::of(&parts, &state.settings.trusted_proxies));
    match posted::receive(&Arc::new(call), provider, relay_state, answer).await {
        Ok(url) => on_to(&url),
        Err(WriteError::Refused(_)) => told(StatusCode::BAD_REQUEST, BEGIN_AGAIN),
        Err(WriteError::Limited { retry_after }) => {
            let mut response = told(StatusCode::TOO_MANY_REQUESTS, "Too many log-ins. Wait a little.");
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
            response
        }
        Err(error @ (WriteError::Overloaded | WriteError::Fault(_))) => {
            tracing::error!(%error, "the answer of an identity provider could not be kept");
            told(
                StatusCode::SERVICE_UNAVAILABLE,
                "The service is not available. Try again in a moment.",
            )
        }
    }
}

const BEGIN_AGAIN: &str = "This log-in was not begun here, took too long, or was finished before. Go back to where you came from and begin again.";

/// The state and the answer in a form that holds each once.
fn read(form: &[u8]) -> Option<(SecretString, SecretString)> {
    let (mut state, mut answer) = (None, None);
    for (name, value) in form_urlencoded::parse(form) {
        let place = match name.as_ref() {
            "RelayState" => &mut state,
            "SAMLResponse" => &mut answer,
            _ => continue,
        };
        if place.replace(SecretString::from(value.into_owned())).is_some() {
            return None;
        }
    }
    state.zip(answer)
}

fn is_form(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = declared.and_then(|declared| declared.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

fn on_to(url: &str) -> Response {
    match HeaderValue::from_str(url) {
        Ok(url) => {
            let mut response = StatusCode::SEE_OTHER.into_response();
            let headers = response.headers_mut();
            headers.insert(header::LOCATION, url);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(_) => told(StatusCode::BAD_REQUEST, BEGIN_AGAIN),
    }
}

fn nothing_here() -> Response {
    told(StatusCode::NOT_FOUND, "There is no such identity provider here.")
}

/// A sentence for whoever sits at the browser.
fn told(status: StatusCode, sentence: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, sentence).into_response()
}
