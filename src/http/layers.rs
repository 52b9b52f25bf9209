//! What holds for every request: it ends in time, a panic is an answer, and browsers are told what not to do.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
};

use super::{HttpSettings, endpoint::refusal, negotiation::Answer, origin};

/// Answers smaller than this are not worth compressing.
const WORTH_COMPRESSING: u64 = 1_024;

/// For a year, a browser reaches this host by TLS alone.
const TLS_ALONE: &str = "max-age=31536000";

/// The endpoint, which pages of other origins may ask.
const ENDPOINT: &str = "/graphql";

/// Lays the layers around the routes; the one added last is the outermost.
pub(super) fn around(routes: Router, settings: &Arc<HttpSettings>) -> Router {
    let mut routes = routes.fallback(nothing_here);
    routes = routes.layer(from_fn_with_state(Arc::clone(settings), with_a_small_head));
    if let Some(limit) = settings.request_timeout {
        routes = routes.layer(from_fn(move |request, next| in_time(limit, request, next)));
    }
    routes = routes.layer(CatchPanicLayer::custom(panicked));
    if settings.compression {
        let worth = SizeAbove::new(WORTH_COMPRESSING)
            .and(NotForContentType::IMAGES)
            .and(NotForContentType::SSE);
        routes = routes.layer(CompressionLayer::new().gzip(true).compress_when(worth));
    }
    routes.layer(from_fn_with_state(Arc::clone(settings), with_headers))
}

/// Tells browsers what not to do with an answer, and which pages may read it.
async fn with_headers(State(settings): State<Arc<HttpSettings>>, request: Request, next: Next) -> Response {
    let mut response = if request.uri().path() == ENDPOINT {
        origin::tell(&settings.allowed_origins, request, next).await
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        // Data is not a document: whatever a browser might take it for, nothing in it may run.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if settings.behind_tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TLS_ALONE));
    }
    response
}

/// Refuses requests whose URL or headers are too large.
async fn with_a_small_head(State(settings): State<Arc<HttpSettings>>, request: Request, next: Next) -> Response {
    let url = request.uri().path_and_query().map_or(0, |url| url.as_str().len());
    let headers = request.headers().iter();
    let headers: usize = headers.map(|(name, value)| name.as_str().len() + value.len()).sum();
    let (status, message) = if url > settings.url_bytes {
        let most = settings.url_bytes;
        let message = format!("A URL has at most {most} bytes. Send the operation with POST.");
        (StatusCode::URI_TOO_LONG, message)
    } else if headers > settings.header_bytes {
        let most = settings.header_bytes;
        let message = format!("The headers of a request have at most {most} bytes together.");
        (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, message)
    } else {
        return next.run(request).await;
    };
    let answer = Answer::accepted_or_older(request.headers());
    refusal(answer, status, "BAD_USER_INPUT", &message, "")
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
    let answer = Answer::accepted_or_older(request.headers());
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
        let settings = HttpSettings {
            request_timeout: Some(Duration::from_millis(20)),
            compression,
            ..HttpSettings::default()
        };
        let mut routes = around(routes, &Arc::new(settings));
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
