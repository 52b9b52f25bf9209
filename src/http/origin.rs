//! Pages of other origins: which of them may ask, and how they are told (CORS).
//!
//! An origin may ask when it stands in the configuration, letter for letter. Nothing that a request says is repeated in
//! the answer but such an origin; there is no `*`, no suffix, no `null`.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// The methods of the endpoint.
pub(super) const METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// What pages may send.
const HEADERS: &str = "accept, accept-language, apollo-require-preflight, apollographql-client-name, \
    apollographql-client-version, authorization, cache-control, content-language, content-type, graphql-cost, \
    graphql-require-preflight, idempotency-key, session-mode, traceparent, tracestate, x-publishable-api-key, \
    x-request-id";

/// What pages may read beside the body.
const EXPOSED: &str = "retry-after, x-request-id";

/// For how long a browser need not ask again, in seconds; none of them remembers it for longer.
const MAX_AGE: &str = "7200";

/// What a browser says about the relation between a page and the site that it asks; no page can change it.
const FETCH_SITE: &str = "sec-fetch-site";

/// The origin of the page that asks, when it may.
fn allowed(headers: &HeaderMap, origins: &[String]) -> Option<HeaderValue> {
    let mut given = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (given.next(), given.next()) else {
        return None;
    };
    let is_allowed = origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes());
    is_allowed.then(|| origin.clone())
}

/// Whether a browser says that a page which may not ask has made it send this.
pub(super) fn is_from_elsewhere(headers: &HeaderMap, origins: &[String]) -> bool {
    let mut sites = headers.get_all(FETCH_SITE).iter();
    let is_from_here = sites.all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    !is_from_here && allowed(headers, origins).is_none()
}

/// Whether a WebSocket may be opened: by a program that is no browser, by a page that may ask, or by a page of this very
/// host. Browsers do not ask before they open one, and those that do not say where a page is from in words of its own
/// name at least its origin.
pub(super) fn may_open_a_socket(headers: &HeaderMap, origins: &[String]) -> bool {
    let mut given = headers.get_all(header::ORIGIN).iter();
    let origin = match (given.next(), given.next()) {
        (None, _) => return !is_from_elsewhere(headers, origins),
        (Some(origin), None) => origin.as_bytes(),
        (Some(_), Some(_)) => return false,
    };
    if allowed(headers, origins).is_some() {
        return true;
    }
    let is_of_this_host = headers.get(header::HOST).is_some_and(|host| {
        [&b"https://"[..], b"http://"]
            .iter()
            .any(|scheme| origin.strip_prefix(*scheme) == Some(host.as_bytes()))
    });
    is_of_this_host && !is_from_elsewhere(headers, origins)
}

/// Answers what browsers ask before a page of another origin may ask, and tells them which pages may read an answer.
pub(super) async fn tell(origins: &[String], request: Request, next: Next) -> Response {
    let origin = allowed(request.headers(), origins);
    let is_asked_before = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_asked_before {
        let mut response = no_content();
        if origin.is_some() {
            let headers = response.headers_mut();
            for (name, value) in [
                (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
                (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
                (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
            ] {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        response
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    response
}

/// What `OPTIONS` is answered.
pub(super) fn no_content() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static(METHODS));
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use axum::http::HeaderName;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_str(value).unwrap())
        });
        pairs.collect()
    }

    #[test]
    fn an_origin_is_allowed_letter_for_letter() {
        let origins = ["https://shop.test".to_owned(), "http://localhost:3000".to_owned()];
        let is_allowed = |pairs: &[_]| allowed(&headers(pairs), &origins).is_some();
        assert!(is_allowed(&[("origin", "https://shop.test")]));
        assert!(is_allowed(&[("origin", "http://localhost:3000")]));
        for stranger in [
            "null",
            "",
            "*",
            "https://shop.test.",
            "https://shop.test/",
            "https://shop.test:443",
            "https://SHOP.test",
            "HTTPS://shop.test",
            "http://shop.test",
            "https://evil-shop.test",
            "https://evil.shop.test",
            "https://shop.test.evil.test",
            "https://shop.test@evil.test",
            "https://shop.test https://evil.test",
            "http://localhost",
            "http://localhost:30000",
        ] {
            assert!(!is_allowed(&[("origin", stranger)]), "{stranger}");
        }
        assert!(!is_allowed(&[
            ("origin", "https://shop.test"),
            ("origin", "https://shop.test")
        ]));
        assert!(!is_allowed(&[]));
    }

    #[test]
    fn a_socket_is_opened_by_programs_and_by_pages_that_may_ask() {
        let origins = ["https://shop.test".to_owned()];
        let may = |pairs: &[_]| may_open_a_socket(&headers(pairs), &origins);
        let host = ("host", "api.test:4000");
        assert!(may(&[host]));
        assert!(may(&[host, ("origin", "https://shop.test")]));
        assert!(may(&[
            host,
            ("origin", "https://shop.test"),
            ("sec-fetch-site", "cross-site")
        ]));
        assert!(may(&[host, ("origin", "https://api.test:4000")]));
        assert!(may(&[
            host,
            ("origin", "http://api.test:4000"),
            ("sec-fetch-site", "same-origin")
        ]));
        for stranger in [
            "https://evil.test",
            "https://api.test",
            "https://api.test:40000",
            "https://evil.test@api.test:4000",
            "ftp://api.test:4000",
            "null",
            "",
        ] {
            assert!(!may(&[host, ("origin", stranger)]), "{stranger}");
            assert!(!may(&[("origin", stranger)]), "{stranger}");
        }
        assert!(!may(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(!may(&[
            host,
            ("origin", "https://api.test:4000"),
            ("sec-fetch-site", "same-site")
        ]));
        assert!(!may(&[
            host,
            ("origin", "https://shop.test"),
            ("origin", "https://shop.test")
        ]));
    }

    #[test]
    fn what_a_browser_says_about_a_page_counts() {
        let origins = ["https://shop.test".to_owned()];
        let site =
            |site, origin| is_from_elsewhere(&headers(&[("sec-fetch-site", site), ("origin", origin)]), &origins);
        assert!(!site("same-origin", "https://api.test"));
        assert!(!site("none", "null"));
        assert!(!site("cross-site", "https://shop.test"));
        assert!(site("cross-site", "https://evil.test"));
        assert!(site("same-site", "https://sister.test"));
        assert!(site("cross-site", "null"));
        assert!(site("nonsense", "https://api.test"));
        assert!(!is_from_elsewhere(
            &headers(&[("origin", "https://evil.test")]),
            &origins
        ));
        let twice = headers(&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]);
        assert!(is_from_elsewhere(&twice, &origins));
    }
}
