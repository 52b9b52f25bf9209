//! Server-sent events: the protocol of the npm package `graphql-sse`, each answer in a request of its own ("distinct
//! connections mode").
//!
//! A `POST` that accepts `text/event-stream` is answered with events: `next` for each answer, `complete` at the end; a
//! comment now and then keeps proxies from closing what seems dead. A request that cannot be read, or whose sender is not
//! known, gets its status as without events; what is wrong with the operation itself comes as the one answer. When the
//! token ends, the last answer is the error that says so.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};

use super::{Listener, Live, Place, Told};
use crate::{
    auth::Unauthenticated,
    http::{
        HttpState,
        operation::{Cause, Outcome, Refused, errors},
        request,
    },
};

/// The media type.
const EVENTS: &str = "text/event-stream";

/// How many events wait for a client to read them.
const QUEUE: usize = 16;

/// The end of every stream that ends well.
const COMPLETE: &str = "event: complete\ndata: \n\n";

/// What keeps a connection from looking dead.
const COMMENT: &str = ":\n\n";

/// Whether a client wants its answer as events.
pub(in crate::http) fn are_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|kind| kind.trim().eq_ignore_ascii_case(EVENTS))
}

/// The one answer of a query or a mutation, or what is wrong with the operation.
pub(in crate::http) fn of_answer(answer: Result<Outcome, Refused>, request_id: &str) -> Result<Response, Refused> {
    let answer = match answer {
        Ok(outcome) => outcome.json(),
        Err(refused) => match refused.cause {
            Cause::Document | Cause::Operation | Cause::Forbidden | Cause::TooLong => refused.json(request_id),
            _ => return Err(refused),
        },
    };
    let text = next(&answer) + COMPLETE;
    Ok(respond(Body::from(text), request_id))
}

/// The answers of a subscription.
pub(in crate::http) async fn of_subscription(
    state: &Arc<HttpState>,
    listener: Listener,
    body: request::Body,
) -> Result<Response, Refused> {
    let listener = Arc::new(listener);
    let Some(place) = state.places.take(listener.client()) else {
        let message = "Too many listen at once, or too many of yours do.";
        let refused = failed(&errors("RATE_LIMITED", message, listener.request_id()));
        return Ok(respond(Body::from(refused), listener.request_id()));
    };
    let live = match Live::begin(Arc::clone(state), Arc::clone(&listener), body).await {
        Ok(live) => live,
        Err(Told::Failed(errors)) => {
            return Ok(respond(Body::from(failed(&errors)), listener.request_id()));
        }
        Err(Told::Unauthenticated | Told::Next(_)) => {
            let message = Unauthenticated::Invalid.to_string();
            return Err(Refused::new(Cause::Unauthenticated, message));
        }
    };
    let (queue, queued) = mpsc::channel::<String>(QUEUE);
    let request_id = listener.request_id().to_owned();
    tokio::spawn(tell(Arc::clone(state), listener, live, queue, place));
    let events = stream::unfold(queued, async |mut queued| {
        let event = queued.recv().await?;
        Some((Ok::<_, Infallible>(Bytes::from(event)), queued))
    });
    Ok(respond(Body::from_stream(events), &request_id))
}

/// Tells whoever listens of one event after the other, until there is a reason to end.
async fn tell(
    state: Arc<HttpState>,
    listener: Arc<Listener>,
    mut live: Live,
    queue: mpsc::Sender<String>,
    place: Place,
) {
    let settings = &state.settings.subscriptions;
    let mut end = std::pin::pin!(async {
        match listener.time_left(&state) {
            Some(left) => sleep(left).await,
            None => std::future::pending().await,
        }
    });
    let mut stopping = std::pin::pin!(state.stopping.told());
    let unauthenticated = || {
        let message = Unauthenticated::Invalid.to_string();
        failed(&errors("UNAUTHENTICATED", &message, listener.request_id()))
    };
    // Whoever opened the stream waits for its head, which some proxies send with the first bytes of the body alone.
    let mut event = Some((COMMENT.to_owned(), false));
    loop {
        if let Some((text, is_last)) = event.take() {
            let sent = timeout(settings.write_timeout, queue.send(text)).await;
            if is_last || !matches!(sent, Ok(Ok(()))) {
                break;
            }
        }
        event = tokio::select! {
            () = queue.closed() => break,
            () = &mut stopping => Some((COMPLETE.to_owned(), true)),
            () = &mut end => Some((unauthenticated(), true)),
            told = live.next() => Some(match told {
                Told::Next(answer) => (next(&answer), false),
                Told::Failed(errors) => (failed(&errors), true),
                Told::Unauthenticated => (unauthenticated(), true),
            }),
            () = sleep(settings.ping_interval) => match listener.check(&state).await {
                Err(Unauthenticated::Invalid) => Some((unauthenticated(), true)),
                Ok(()) | Err(Unauthenticated::Fault(_)) => Some((COMMENT.to_owned(), false)),
            },
        };
    }
    drop(place);
}

/// One answer as an event. Answers are JSON without line breaks.
fn next(answer: &[u8]) -> String {
    format!("event: next\ndata: {}\n\n", String::from_utf8_lossy(answer))
}

/// Errors as the last answer.
fn failed(errors: &serde_json::Value) -> String {
    next(serde_json::json!({ "errors": errors }).to_string().as_bytes()) + COMPLETE
}

fn respond(body: Body, request_id: &str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(EVENTS));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather an answer before they pass it on would pass on nothing.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", request_id);
    }
    response
}
