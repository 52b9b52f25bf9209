//! `POST /graphql`: one operation of one viewer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{ServerError, Value, parser::types::OperationType};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use entity::id::{ChannelId, OutboxEventId, PrefixedId};
use secrecy::ExposeSecret;

use super::{
    HttpState, client, cookies,
    document::{Refusal, short},
    mend::mend,
    negotiation::{Answer, is_json},
    request,
};
use crate::{
    auth::{Unauthenticated, Viewer},
    graphql::{
        Loaders,
        direct::{JsonText, Plans},
    },
    work::{Call, Client, Refusal as TurnedAway, SessionCookies},
};

/// The most errors in one answer.
const ERRORS: usize = 20;

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
    let request_id = request_id(&state, &parts.headers);
    let client = client::of(&parts, &state.settings.trusted_proxies);
    match run(&state, (&parts.headers, client), body, answer, &request_id).await {
        Ok(response) | Err(response) => response,
    }
}

async fn run(
    state: &HttpState,
    (headers, client): (&HeaderMap, Client),
    body: Body,
    answer: Answer,
    request_id: &str,
) -> Result<Response, Response> {
    let started = Instant::now();
    let refuse = |status, code, message: &str| refusal(answer, status, code, message, request_id);
    if !is_json(headers) {
        return Err(refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "BAD_USER_INPUT",
            "Send the operation as application/json.",
        ));
    }
    let limits = &state.parts.limits;
    let bytes = to_bytes(body, limits.body_bytes).await.map_err(|_| {
        refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "BAD_USER_INPUT",
            &format!(
                "A request has at most {} bytes. Send fewer rows at once.",
                limits.body_bytes
            ),
        )
    })?;
    let body = request::read(&bytes).map_err(|message| refuse(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message))?;
    let session_cookies = cookies::of(headers).map_err(|cookies::Planted| {
        refuse(
            StatusCode::BAD_REQUEST,
            "BAD_USER_INPUT",
            "There are two cookies of one name. Remove the cookies of this site and log in again.",
        )
    })?;
    let viewer = viewer(state, headers, session_cookies.as_ref())
        .await
        .map_err(|error| match error {
            Unauthenticated::Invalid => {
                let mut response = refuse(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", &error.to_string());
                if session_cookies.is_some() {
                    cookies::clear_access(response.headers_mut());
                }
                response
            }
            Unauthenticated::Fault(error) => {
                tracing::error!(request.id = request_id, %error, "could not find out who is asking");
                refuse(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "INTERNAL",
                    "The service is not available. Try again in a moment.",
                )
            }
        })?;
    let channel = channel(state, headers).await.map_err(|error| match error {
        Unauthenticated::Invalid => refuse(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "The publishable key is not valid (any more).",
        ),
        Unauthenticated::Fault(error) => {
            tracing::error!(request.id = request_id, %error, "could not find out which channel asks");
            refuse(
                StatusCode::SERVICE_UNAVAILABLE,
                "INTERNAL",
                "The service is not available. Try again in a moment.",
            )
        }
    })?;
    let request_error = if answer == Answer::GraphQl {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let document = state
        .documents
        .read(&body.query, limits)
        .map_err(|Refusal(message)| refuse(request_error, "BAD_USER_INPUT", &message))?;
    let Some(operation) = document.operation(body.operation_name.as_deref()) else {
        return Err(refuse(
            request_error,
            "BAD_USER_INPUT",
            "Name one of the document's operations in operationName.",
        ));
    };
    if operation.ty == OperationType::Subscription {
        return Err(refuse(
            request_error,
            "BAD_USER_INPUT",
            "There are no subscriptions yet.",
        ));
    }
    if document.introspects && !(viewer.is_admin() || state.settings.introspection_for_all) {
        return Err(refuse(
            request_error,
            "FORBIDDEN",
            "The schema is shown to the admin scope alone.",
        ));
    }
    if document.federates && !is_gateway(state, headers) {
        return Err(refuse(
            request_error,
            "FORBIDDEN",
            "_service and _entities are for the federation gateway, which sends Gateway-Authorization.",
        ));
    }
    if operation.ty == OperationType::Mutation && !document.may_be_run_by(&viewer) {
        return Err(refuse(
            request_error,
            "FORBIDDEN",
            "This is not possible while acting as a customer.",
        ));
    }
    let is_masked = viewer.masks().is_some();
    let is_bounded = viewer.is_bounded();
    if is_bounded && document.fields > limits.document_fields_bounded {
        return Err(refuse(
            request_error,
            "BAD_USER_INPUT",
            &format!(
                "The document has more than {} fields once its fragments are expanded. Split it up.",
                limits.document_fields_bounded
            ),
        ));
    }
    let key = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let mut call = Call::new(state.parts.clone(), viewer, request_id.to_owned(), key)
        .from_client(client)
        .with_cookies(session_cookies)
        .in_channel(channel);
    if operation.ty == OperationType::Query {
        call = call.asking_for(Arc::clone(&document.names));
    }
    let call = Arc::new(call);
    let executable = document.for_execution(body.operation_name.as_deref(), &body.variables);
    let mut graphql_request = async_graphql::Request::new(String::new())
        .variables(body.variables)
        .data(Arc::clone(&call))
        .data(Loaders::new(Arc::clone(&call)));
    if !is_masked {
        // What is written straight to JSON asks nobody whether a field is hidden.
        graphql_request = graphql_request.data(Plans::default());
    }
    graphql_request.operation_name = body.operation_name;
    graphql_request.set_parsed_query(executable);
    let schema = if is_masked { &state.masked_schema } else { &state.schema };
    let execution = schema.execute(graphql_request);
    let mut response = if is_bounded && operation.ty == OperationType::Query {
        // A statement that nobody waits for any more is ended by the database's own time-out.
        let most = Duration::from_millis(limits.query_milliseconds_bounded);
        tokio::time::timeout(most, execution).await.map_err(|_| {
            refuse(
                request_error,
                "BAD_USER_INPUT",
                "This takes too long. Ask for less at once.",
            )
        })?
    } else {
        execution.await
    };
    mend(&mut response);
    let executed = !matches!(response.data, Value::Null) || response.errors.is_empty();
    tidy(&mut response.errors, request_id);
    tracing::info!(
        request.id = request_id,
        operation = operation_kind(operation.ty),
        viewer = call.viewer.kind(),
        fields = document.fields,
        statements = call.statements.count(),
        errors = response.errors.len(),
        duration_ms = started.elapsed().as_secs_f64() * 1_000.0,
        "answered"
    );
    if headers.contains_key("graphql-cost") {
        let cost = async_graphql::value!({ "fields": document.fields, "statements": call.statements.count() });
        response.extensions.insert("cost".to_owned(), cost);
    }
    let nothing_done = match &response.data {
        Value::Object(fields) => fields.values().all(|field| matches!(field, Value::Null)),
        _ => true,
    };
    let turned_away = call.refusal().filter(|_| nothing_done);
    let status = match turned_away {
        Some(TurnedAway::TooOften { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(TurnedAway::Overloaded) => StatusCode::SERVICE_UNAVAILABLE,
        None if executed => StatusCode::OK,
        None => request_error,
    };
    let body = if executed {
        JsonText::response(&response)
    } else {
        serde_json::to_vec(&request_errors(&response)).unwrap_or_default()
    };
    let mut response = respond(answer, status, body, request_id);
    if let Some(cookies) = &call.cookies {
        cookies::set(response.headers_mut(), cookies);
    }
    if let Some(TurnedAway::TooOften { retry_after }) = turned_away {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
    }
    Ok(response)
}

fn operation_kind(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// An answer to a request that was not executed has no `data`.
fn request_errors(response: &async_graphql::Response) -> serde_json::Value {
    serde_json::json!({ "errors": response.errors })
}

/// Bounds the errors and gives each a code.
fn tidy(errors: &mut Vec<ServerError>, request_id: &str) {
    errors.truncate(ERRORS);
    for error in errors {
        error.message = short(&error.message);
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", "BAD_USER_INPUT");
        }
        if extensions.get("requestId").is_none() {
            extensions.set("requestId", request_id);
        }
    }
}

async fn viewer(
    state: &HttpState,
    headers: &HeaderMap,
    cookies: Option<&SessionCookies>,
) -> Result<Viewer, Unauthenticated> {
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        return match cookies.and_then(SessionCookies::access) {
            Some(token) => state.authenticator.viewer(token.expose_secret()).await,
            None => Ok(Viewer::Anonymous),
        };
    };
    let header = header.to_str().map_err(|_| Unauthenticated::Invalid)?;
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            state.authenticator.viewer(token.trim()).await
        }
        _ => Err(Unauthenticated::Invalid),
    }
}

/// The channel of the publishable key, where one is sent.
async fn channel(state: &HttpState, headers: &HeaderMap) -> Result<Option<ChannelId>, Unauthenticated> {
    let Some(key) = headers.get("x-publishable-api-key") else {
        return Ok(None);
    };
    let key = key.to_str().map_err(|_| Unauthenticated::Invalid)?;
    state.authenticator.channel(key.trim()).await.map(Some)
}

fn is_gateway(state: &HttpState, headers: &HeaderMap) -> bool {
    let Some(secret) = &state.settings.gateway_secret else {
        return state.settings.open_to_gateways;
    };
    let given = headers
        .get("gateway-authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    // Digests are compared, so that the time tells nothing about the secret.
    crate::auth::secret_hash(given) == crate::auth::secret_hash(secret.expose_secret())
}

/// The client's `X-Request-Id` when it is harmless, else a new one.
fn request_id(state: &HttpState, headers: &HeaderMap) -> String {
    headers
        .get("x-request-id")
        .and_then(|value| value.to_str().ok())
        .filter(|id| (1..=64).contains(&id.len()))
        .filter(|id| {
            id.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
        .map_or_else(
            || {
                entity::id::format(
                    "req",
                    state.parts.ids.next::<OutboxEventId>(state.parts.clock.now()).uuid(),
                )
            },
            str::to_owned,
        )
}

/// An answer that is one error.
pub(super) fn refusal(answer: Answer, status: StatusCode, code: &str, message: &str, request_id: &str) -> Response {
    let mut extensions = serde_json::json!({ "code": code });
    if !request_id.is_empty() {
        extensions["requestId"] = request_id.into();
    }
    let body = serde_json::json!({ "errors": [{ "message": message, "extensions": extensions }] });
    respond(answer, status, body.to_string().into_bytes(), request_id)
}

fn respond(answer: Answer, status: StatusCode, body: Vec<u8>, request_id: &str) -> Response {
    let mut response = (status, body).into_response();
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
