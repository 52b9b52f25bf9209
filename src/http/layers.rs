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
    routes.layer(from_fn(with_headers))
}

/// Tells browsers what not to do with an answer.
async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
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
        let headers = response.headers_mut();
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

pub(super) async fn nothing_here() -> Response {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]
    use axum::{body::to_bytes, routing::get};
    use tower_service::Service;

    use super::*;

    /// What the routes answer: status, headers, body.
    async fn ask(path: &str, compression: bool) -> (StatusCode, axum::http::HeaderMap, String) {
        let routes = Router::new()
            .route("/panic", get(async || -> String { panic!("a secret") }))
            .route("/slow", get(async || tokio::time::sleep(Duration::from_secs(60)).await))
            .route("/small", get(async || "small"))
            .route("/large", get(async || "large ".repeat(1_000)));
        let mut routes = around(routes, Some(Duration::from_millis(20)), compression);
        let request = Request::get(path)
            .header(header::ACCEPT_ENCODING, "gzip")
            .body(axum::body::Body::empty());
        let response = routes.call(request.unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (head.status, head.headers, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_without_its_message() {
        let (status, headers, body) = ask("/panic", false).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(
            body.contains(r#""code":"INTERNAL""#) && !body.contains("secret"),
            "{body}"
        );
        assert_eq!(ask("/small", false).await.2, "small");
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_ended() {
        let (status, headers, body) = ask("/slow", false).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(headers.contains_key(header::RETRY_AFTER));
        assert!(body.contains("took too long"), "{body}");
    }

    #[tokio::test]
    async fn large_answers_are_compressed_where_that_is_wanted() {
        assert_eq!(ask("/large", true).await.1[header::CONTENT_ENCODING], "gzip");
        assert!(!ask("/small", true).await.1.contains_key(header::CONTENT_ENCODING));
        assert!(!ask("/large", false).await.1.contains_key(header::CONTENT_ENCODING));
    }
}
