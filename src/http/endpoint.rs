//! `/graphql`: operations in bodies and in URLs, and how they are answered.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use super::{
    HttpState, asker, batch,
    body::{self, Unread},
    cookies,
    negotiation::{Answer, Events, is_json, is_plain},
    operation::{Asker, Cause, Outcome, Prepared, Refused, errors},
    origin, page,
    request::{self, Asked},
    status,
    subscription::{Listener, events, upgrade},
};
use crate::{config::HttpProfile, work::Refusal as TurnedAway};

/// What every answer depends on; the layers add the origin of the page that asks.
pub(super) const VARY: &str = "Accept, Authorization, Cookie, Session-Mode";

/// `GET` and `HEAD`: the query page for browsers, and queries in the URL.
pub(super) async fn get(State(state): State<Arc<HttpState>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if upgrade::is_asked_for(&parts) {
        return upgrade::open(state, parts).await;
    }
    if page::is_wanted(&parts)
        && let Some(page) = state.page.response(&state)
    {
        return page;
    }
    let manner = Manner::of(&state, &parts);
    if let Some(response) = manner.not_acceptable(&parts) {
        return response;
    }
    match asked_in_url(&state, &parts, &manner).await {
        Ok(outcome) => manner.answered(&outcome),
        Err(refused) => manner.refused(&refused, &parts),
    }
}

async fn asked_in_url(state: &HttpState, parts: &Parts, manner: &Manner) -> Result<Outcome, Refused> {
    let asked = request::in_url(parts.uri.query().unwrap_or_default())?;
    let asker = asker::of(state, parts, &manner.request_id).await?;
    carry(state, parts, asker, asked).await
}

/// `POST`: operations in the body.
pub(super) async fn post(State(state): State<Arc<HttpState>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let manner = Manner::of(&state, &parts);
    let events = Events::accepted(&parts.headers);
    let not_acceptable = || {
        (events == Events::Never)
            .then(|| manner.not_acceptable(&parts))
            .flatten()
    };
    if let Some(response) = not_acceptable().or_else(|| manner.not_supported(&parts)) {
        return response;
    }
    match asked_in_body(&state, &parts, body, &manner, events).await {
        Ok(response) => response,
        Err(refused) => manner.refused(&refused, &parts),
    }
}

async fn asked_in_body(
    state: &Arc<HttpState>,
    parts: &Parts,
    body: Body,
    manner: &Manner,
    events: Events,
) -> Result<Response, Refused> {
    // Who asks stands in the head, and decides how much of the body is read.
    let asker = asker::of(state, parts, &manner.request_id).await?;
    let bytes = match read(state, &asker, body, manner).await {
        Ok(bytes) => bytes,
        Err(response) => return Ok(response),
    };
    let most = match events {
        Events::Always => 0,
        Events::Never | Events::Subscriptions => state.settings.batch_operations,
    };
    match request::in_body(&bytes, most)? {
        Asked::One(asked) if events == Events::Never => {
            let outcome = carry(state, parts, asker, asked).await?;
            Ok(manner.answered(&outcome))
        }
        Asked::One(asked) => streamed(state, parts, asker, asked, manner, events).await,
        Asked::Several(asked) => {
            let answers = batch::run(state, &asker, asked).await?;
            // The other media type is for one answer.
            Ok(respond(Answer::Json, StatusCode::OK, answers, &manner.request_id))
        }
    }
}

/// Answers a client that takes streams of events.
async fn streamed(
    state: &Arc<HttpState>,
    parts: &Parts,
    asker: Asker,
    asked: request::Body,
    manner: &Manner,
    events: Events,
) -> Result<Response, Refused> {
    let answer = match state.prepare(asker.clone(), asked.clone()) {
        Ok(prepared) if prepared.kind == OperationType::Subscription => {
            let listener = Listener::of(state, parts, asker)?;
            return events::of_subscription(state, listener, asked).await;
        }
        Ok(prepared) => carry_prepared(state, parts, prepared).await,
        Err(refused) => Err(refused),
    };
    if events == Events::Subscriptions {
        return answer.map(|outcome| manner.answered(&outcome));
    }
    match answer {
        Ok(outcome) => {
            let mut response = events::of_answer(&outcome.json(), &manner.request_id);
            tell_beside(response.headers_mut(), &outcome);
            Ok(response)
        }
        Err(refused) => events::of_refused(refused, &manner.request_id),
    }
}

/// Reads as much of a body as whoever asks may send.
async fn read(state: &HttpState, asker: &Asker, body: Body, manner: &Manner) -> Result<Bytes, Response> {
    let limits = &state.parts.limits;
    let is_proven_gateway = asker.is_gateway && state.settings.gateway_secret.is_some();
    let limit = if asker.viewer.is_admin() || is_proven_gateway {
        limits.body_bytes
    } else {
        limits.body_bytes_store
    };
    body::read(body, limit, state.settings.body_timeout)
        .await
        .map_err(|unread| manner.not_read(unread, limit))
}

/// Executes an operation of a kind that requests of this method carry.
async fn carry(state: &HttpState, parts: &Parts, asker: Asker, asked: request::Body) -> Result<Outcome, Refused> {
    carry_prepared(state, parts, state.prepare(asker, asked)?).await
}

async fn carry_prepared(state: &HttpState, parts: &Parts, prepared: Prepared) -> Result<Outcome, Refused> {
    match prepared.kind {
        OperationType::Query => {}
        OperationType::Mutation if parts.method != Method::POST => {
            return Err(Refused::new(Cause::QueriesAlone, "Send mutations with POST."));
        }
        OperationType::Mutation => {
            if origin::is_from_elsewhere(&parts.headers, &state.settings.allowed_origins) {
                let message = "A page of another origin asks, which is not among those that may.";
                return Err(Refused::new(Cause::FromElsewhere, message));
            }
        }
        OperationType::Subscription => {
            let message =
                "Subscriptions come over a WebSocket (graphql-transport-ws), or with Accept: text/event-stream.";
            return Err(Refused::new(Cause::Operation, message));
        }
    }
    prepared.execute().await
}

/// `OPTIONS`, where no browser asks on behalf of a page.
pub(super) async fn options() -> Response {
    origin::no_content()
}

/// Every other method.
pub(super) async fn method_not_allowed() -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let mut response = refusal(
        Answer::Json,
        status,
        "BAD_USER_INPUT",
        "Use POST, or GET for queries.",
        "",
    );
    let allowed = HeaderValue::from_static(origin::METHODS);
    response.headers_mut().insert(header::ALLOW, allowed);
    response
}

/// How one request is answered.
struct Manner {
    /// In the media type that the client takes, or the older one.
    answer: Answer,
    profile: HttpProfile,
    request_id: String,
}

impl Manner {
    fn of(state: &HttpState, parts: &Parts) -> Self {
        Self {
            answer: Answer::accepted_or_older(&parts.headers),
            profile: state.settings.http_profile,
            request_id: asker::request_id(state, &parts.headers),
        }
    }

    fn respond(&self, status: StatusCode, body: Vec<u8>) -> Response {
        let media_type = status::media_type(status, self.profile, self.answer);
        respond(media_type, status, body, &self.request_id)
    }

    /// One error about how the request was sent.
    fn turned_down(&self, status: StatusCode, message: &str) -> Response {
        let body = serde_json::json!({ "errors": errors("BAD_USER_INPUT", message, &self.request_id) });
        self.respond(status, body.to_string().into_bytes())
    }

    fn not_acceptable(&self, parts: &Parts) -> Option<Response> {
        let message = "Accept application/graphql-response+json or application/json.";
        let is_acceptable = Answer::accepted(&parts.headers).is_some();
        (!is_acceptable).then(|| self.turned_down(StatusCode::NOT_ACCEPTABLE, message))
    }

    fn not_supported(&self, parts: &Parts) -> Option<Response> {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        if !is_json(&parts.headers) {
            return Some(self.turned_down(status, "Send the operation as application/json."));
        }
        if !is_plain(&parts.headers) {
            let mut response = self.turned_down(status, "Send the operation as it is, not compressed.");
            let identity = HeaderValue::from_static("identity");
            response.headers_mut().insert(header::ACCEPT_ENCODING, identity);
            return Some(response);
        }
        None
    }

    fn not_read(&self, unread: Unread, limit: usize) -> Response {
        match unread {
            Unread::TooLarge => {
                let message = format!("A request has at most {limit} bytes. Send fewer rows at once.");
                self.turned_down(StatusCode::PAYLOAD_TOO_LARGE, &message)
            }
            Unread::TooSlow => self.turned_down(StatusCode::REQUEST_TIMEOUT, "The body did not come in time."),
            Unread::Broken => self.turned_down(StatusCode::BAD_REQUEST, "The body ended before its end."),
        }
    }

    /// An answer with data, or with what the executor has against the operation.
    fn answered(&self, outcome: &Outcome) -> Response {
        let status = status::of_outcome(outcome, self.profile, self.answer);
        let mut response = self.respond(status, outcome.json());
        tell_beside(response.headers_mut(), outcome);
        response
    }

    /// An answer to an operation that was not executed.
    fn refused(&self, refused: &Refused, parts: &Parts) -> Response {
        let status = status::of_refused(refused.cause, self.profile, self.answer);
        let mut response = self.respond(status, refused.json(&self.request_id));
        let headers = response.headers_mut();
        match refused.cause {
            Cause::Unauthenticated if matches!(cookies::of(&parts.headers), Ok(Some(_))) => {
                cookies::clear_access(headers);
            }
            Cause::QueriesAlone => {
                headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
            }
            _ => {}
        }
        response
    }
}

/// What an answer says in its headers: what becomes of the cookies, and when to ask again.
fn tell_beside(headers: &mut HeaderMap, outcome: &Outcome) {
    if let Some(cookies) = &outcome.cookies {
        cookies::set(headers, cookies);
    }
    if let Some(TurnedAway::TooOften { retry_after }) = outcome.turned_away {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
    }
}

/// An answer that is one error.
pub(super) fn refusal(answer: Answer, status: StatusCode, code: &str, message: &str, request_id: &str) -> Response {
    let body = serde_json::json!({ "errors": errors(code, message, request_id) });
    respond(answer, status, body.to_string().into_bytes(), request_id)
}

fn respond(answer: Answer, status: StatusCode, body: Vec<u8>, request_id: &str) -> Response {
    let mut response = (status, Body::from(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static(VARY));
    if !request_id.is_empty()
        && let Ok(request_id) = HeaderValue::from_str(request_id)
    {
        headers.insert("x-request-id", request_id);
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
