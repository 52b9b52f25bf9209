//! Server-sent events: the protocol of the npm package `graphql-sse`, each answer in a request of its own ("distinct
//! connections mode").
//!
//! A `POST` that accepts `text/event-stream` is answered with events: `next` for each answer, `complete` at the end; a
//! comment now and then keeps proxies from closing what seems dead. Where JSON is accepted as well, as much or more, only
//! subscriptions are answered so. A request that cannot be read, or whose sender is not
//! known, gets its status as without events; what is wrong with the operation itself comes as the one answer. When the
//! token ends, the last answer is the error that says so. When the service stops, or the client takes nothing for too long,
//! the stream is broken off without `complete`, so that the client comes again.

use std::{
    io::{Error, ErrorKind},
    sync::Arc,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{Listener, Live, Place, Told, not_available};
use crate::{
    auth::Unauthenticated,
    http::{
        HttpState,
        endpoint::VARY,
        operation::{Cause, Refused, errors},
        request,
    },
};

/// The media type.
const EVENTS: &str = "text/event-stream";

/// How many events wait for a client to read them.
const QUEUE: usize = 1;

/// The end of every stream that ends well.
const COMPLETE: &str = "event: complete\ndata: \n\n";

/// What keeps a connection from looking dead.
const COMMENT: &str = ":\n\n";

/// The one answer of a query or a mutation.
pub(in crate::http) fn of_answer(answer: &[u8], request_id: &str) -> Response {
    respond(Body::from(next(answer) + COMPLETE), request_id)
}

/// What is wrong with an operation.
pub(in crate::http) fn of_refused(refused: Refused, request_id: &str) -> Result<Response, Refused> {
    match refused.cause {
        Cause::NotADocument | Cause::Document | Cause::Operation | Cause::Forbidden | Cause::TooLong => {
            Ok(of_answer(&refused.json(request_id), request_id))
        }
        _ => Err(refused),
    }
}

/// One event, or what stands in its place.
struct Event {
    text: String,
    /// Whether it ends the stream as the protocol has it.
    is_last: bool,
}

impl Event {
    fn further(text: String) -> Self {
        Self { text, is_last: false }
    }

    fn last(text: String) -> Self {
        Self { text, is_last: true }
    }
}

/// What a client reads from. The place is taken until the client has read all, or is gone.
struct Stream {
    queued: mpsc::Receiver<Event>,
    is_over: bool,
    _place: Place,
}

impl Stream {
    /// The next bytes. A stream that breaks off in the middle ends with an error, so that the client comes again: it
    /// would take a clean end for the end of the subscription.
    async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        if self.is_over {
            return None;
        }
        let event = self.queued.recv().await;
        self.is_over = event.as_ref().is_none_or(|event| event.is_last);
        Some(match event {
            Some(event) => Ok(Bytes::from(event.text)),
            None => Err(Error::new(ErrorKind::ConnectionAborted, "the stream is broken off")),
        })
    }
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
    let (queue, queued) = mpsc::channel(QUEUE);
    let request_id = listener.request_id().to_owned();
    tokio::spawn(tell(Arc::clone(state), listener, live, queue));
    let stream = Stream {
        queued,
        is_over: false,
        _place: place,
    };
    let events = stream::unfold(stream, async |mut stream| Some((stream.next().await?, stream)));
    Ok(respond(Body::from_stream(events), &request_id))
}

/// Tells whoever listens of one event after the other, until there is a reason to end.
async fn tell(state: Arc<HttpState>, listener: Arc<Listener>, live: Live, queue: mpsc::Sender<Event>) {
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
        Event::last(failed(&errors("UNAUTHENTICATED", &message, listener.request_id())))
    };
    let (hand_over, mut handed) = mpsc::channel(1);
    let mut running = JoinSet::new();
    running.spawn(live.run(Arc::new(Semaphore::new(1)), hand_over, |told| told));
    // Whoever opened the stream waits for its head, which some proxies send with the first bytes of the body alone.
    let mut event = Event::further(COMMENT.to_owned());
    loop {
        let is_last = event.is_last;
        let sent = timeout(settings.write_timeout, queue.send(event)).await;
        if is_last || !matches!(sent, Ok(Ok(()))) {
            break;
        }
        event = tokio::select! {
            () = queue.closed() => break,
            () = &mut stopping => break,
            () = &mut end => unauthenticated(),
            told = handed.recv() => match told {
                Some(Told::Next(answer)) => Event::further(next(&answer)),
                Some(Told::Failed(errors)) => Event::last(failed(&errors)),
                Some(Told::Unauthenticated) => unauthenticated(),
                None => {
                    tracing::error!(request.id = listener.request_id(), "a subscription panicked");
                    Event::last(failed(&not_available(listener.request_id())))
                }
            },
            () = sleep(settings.ping_interval) => match listener.check(&state).await {
                Err(Unauthenticated::Invalid) => unauthenticated(),
                Ok(()) | Err(Unauthenticated::Fault(_)) => Event::further(COMMENT.to_owned()),
            },
        };
    }
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
    headers.insert(header::VARY, HeaderValue::from_static(VARY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather an answer before they pass it on would pass on nothing.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", request_id);
    }
    response
}
