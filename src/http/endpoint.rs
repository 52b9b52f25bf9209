//! `POST /graphql`: one operation of one viewer.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use super::{
    HttpState, asker, cookies,
    negotiation::{Answer, is_json},
    operation::{Cause, Outcome, Refused, errors},
    request,
};
use crate::work::Refusal as TurnedAway;

pub(super) async fn method_not_allowed() -> Response {
    let mut response = refusal(
        Answer::Json,
        StatusCode::METHOD_NOT_ALLOWED,
        "BAD_USER_INPUT",
        "Use POST.",
        "",
    );
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
    response
}

pub(super) async fn post(State(state): State<Arc<HttpState>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answer = Answer::accepted(&parts.headers);
    let request_id = asker::request_id(&state, &parts.headers);
    if !is_json(&parts.headers) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let message = "Send the operation as application/json.";
        return refusal(answer, status, "BAD_USER_INPUT", message, &request_id);
    }
    // Nothing is read past the limit.
    let limit = state.parts.limits.body_bytes;
    let Ok(bytes) = to_bytes(body, limit).await else {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        let message = format!("A request has at most {limit} bytes. Send fewer rows at once.");
        return refusal(answer, status, "BAD_USER_INPUT", &message, &request_id);
    };
    match run(&state, &parts, &bytes, &request_id).await {
        Ok(outcome) => answered(answer, &outcome, &request_id),
        Err(refused) => turned_down(answer, &refused, &parts, &request_id),
    }
}

async fn run(state: &HttpState, parts: &Parts, bytes: &[u8], request_id: &str) -> Result<Outcome, Refused> {
    let body = request::read(bytes).map_err(|message| Refused::new(Cause::NotARequest, message))?;
    let asker = asker::of(state, parts, request_id).await?;
    let prepared = state.prepare(asker, body)?;
    if prepared.kind == OperationType::Subscription {
        return Err(Refused::new(Cause::Operation, "There are no subscriptions yet."));
    }
    prepared.execute().await
}

/// An answer with data, or with what the executor has against the operation.
fn answered(answer: Answer, outcome: &Outcome, request_id: &str) -> Response {
    let status = match outcome.turned_away {
        Some(TurnedAway::TooOften { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(TurnedAway::Overloaded) => StatusCode::SERVICE_UNAVAILABLE,
        None if outcome.is_executed => StatusCode::OK,
        None => status_of(Cause::Document, answer),
    };
    let mut response = respond(answer, status, outcome.json(), request_id);
    if let Some(cookies) = &outcome.cookies {
        cookies::set(response.headers_mut(), cookies);
    }
    if let Some(TurnedAway::TooOften { retry_after }) = outcome.turned_away {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
    }
    response
}

/// An answer to an operation that was not executed.
fn turned_down(answer: Answer, refused: &Refused, parts: &Parts, request_id: &str) -> Response {
    let status = status_of(refused.cause, answer);
    let body = serde_json::json!({ "errors": refused.errors(request_id) });
    let mut response = respond(answer, status, body.to_string().into_bytes(), request_id);
    if refused.cause == Cause::Unauthenticated && matches!(cookies::of(&parts.headers), Ok(Some(_))) {
        cookies::clear_access(response.headers_mut());
    }
    response
}

fn status_of(cause: Cause, answer: Answer) -> StatusCode {
    match cause {
        Cause::Unreadable | Cause::NotARequest => StatusCode::BAD_REQUEST,
        Cause::Unauthenticated | Cause::UnknownKey => StatusCode::UNAUTHORIZED,
        Cause::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Cause::Document | Cause::Operation | Cause::Forbidden | Cause::TooLong => match answer {
            Answer::GraphQl => StatusCode::BAD_REQUEST,
            Answer::Json => StatusCode::OK,
        },
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
    headers.insert(
        header::VARY,
        HeaderValue::from_static("Accept, Authorization, Cookie, Origin, Session-Mode"),
    );
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
