//! What holds for every request: it ends in time, a panic is an answer, and browsers are told what not to do.

use std::{any::Any, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn},
    response::Response,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    set_header::SetResponseHeaderLayer,
};

use super::{endpoint::refusal, negotiation::Answer};

/// Answers smaller than this are not worth compressing.
const WORTH_COMPRESSING: u64 = 1_024;

/// Lays the layers around the routes; the one added last is the outermost.
pub(super) fn around(routes: Router, request_timeout: Option<Duration>, compression: bool) -> Router {
    let mut routes = routes.fallback(nothing_here);
    if let Some(limit) = request_timeout {
        routes = routes.layer(from_fn(move |request, next| in_time(limit, request, next)));
    }
    routes = routes.layer(CatchPanicLayer::custom(panicked));
    if compression {
        let worth = SizeAbove::new(WORTH_COMPRESSING).and(NotForContentType::IMAGES);
        routes = routes.layer(CompressionLayer::new().gzip(true).compress_when(worth));
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        // Data is not a document: whatever a browser might take it for, nothing in it may run.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        routes = routes.layer(SetResponseHeaderLayer::if_not_present(
            name,
            HeaderValue::from_static(value),
        ));
    }
    routes
}

async fn nothing_here() -> Response {
    refusal(
        Answer::Json,
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "There is nothing here. The API is POST /graphql.",
        "",
    )
}

async fn in_time(limit: Duration, request: Request, next: Next) -> Response {
    let answer = Answer::accepted(request.headers());
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(limit_ms = limit.as_millis(), "a request took too long and was ended");
            refusal(
                answer,
                StatusCode::SERVICE_UNAVAILABLE,
                "INTERNAL",
                "The request took too long and was ended. Ask for less at once, or try again.",
                "",
            )
        }
    }
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    // The message of a panic may hold data; the place, which the panic hook writes, is what helps.
    drop(panic);
    tracing::error!("a request panicked");
    refusal(
        Answer::Json,
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL",
        "Something went wrong on our side.",
        "",
    )
}
