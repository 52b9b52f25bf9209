//! The page that is built in, and the files that it consists of.
//!
//! The files never change under their names, which hold the hash of their content, so browsers keep them for good. The
//! policy lets nothing be loaded or asked but from this service. The editor makes style elements as it goes: these must
//! have the number that is made for each answer. It also writes the places of lines as style attributes; a policy has no
//! means to tell these from others, so all are allowed, and they can load nothing but what the policy allows.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{EXAMPLES, PagePersona, Scope};
use crate::config::QueryPage;

const HTML: &str = include_str!("bundle.html");

/// What the build found in `web/dist`.
struct Bundle {
    main: &'static str,
    style: &'static str,
    files: &'static [File],
}

/// A file, compressed by gzip.
struct File {
    name: &'static str,
    media_type: &'static str,
    content: &'static [u8],
}

// `BUNDLE: Option<Bundle>`, made by build.rs.
include!(concat!(env!("OUT_DIR"), "/bundle.rs"));

/// Whether the page is built in.
#[must_use]
pub fn is_bundled() -> bool {
    BUNDLE.is_some()
}

/// The page, but for the number of the answer.
#[derive(Clone)]
pub(super) struct Page {
    html: std::sync::Arc<str>,
}

impl Page {
    /// The page; `None` when it is not built in.
    pub(super) fn new(audience: QueryPage, personas: &[PagePersona]) -> Option<Self> {
        let bundle = BUNDLE.as_ref()?;
        let examples: Vec<_> = EXAMPLES
            .iter()
            .filter(|example| audience == QueryPage::Everybody || example.scope != Scope::Storefront)
            .map(|example| {
                json!({
                    "scope": example.scope.title(),
                    "title": example.title(),
                    "query": example.query,
                    "variables": example.variables.unwrap_or_default(),
                })
            })
            .collect();
        let personas: Vec<_> = personas
            .iter()
            .map(|persona| {
                json!({
                    "name": persona.name,
                    "about": persona.about,
                    "actor": if persona.is_staff { "STAFF" } else { "CUSTOMER" },
                    "email": persona.email,
                    "password": persona.password.expose_secret(),
                })
            })
            .collect();
        let data = json!({
            "isOpen": audience == QueryPage::Everybody,
            "examples": examples,
            "personas": personas,
        });
        // A `<` could end the element that the data stands in.
        let data = data.to_string().replace('<', "\\u003c");
        let html = HTML
            .replace("{main}", bundle.main)
            .replace("{style}", bundle.style)
            .replace("{data}", &data);
        Some(Self { html: html.into() })
    }

    /// The page with a number of this answer's own.
    pub(super) fn response(&self, number: &str) -> Response {
        let mut response = self.html.replacen("{number}", number, 1).into_response();
        let policy = format!(
            "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'nonce-{number}'; \
             style-src-attr 'unsafe-inline'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'"
        );
        let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        response
    }
}

/// A file of the page; `None` when there is none of this name.
pub(super) fn file(name: &str, headers: &HeaderMap) -> Option<Response> {
    let file = BUNDLE.as_ref()?.files.iter().find(|file| file.name == name)?;
    // Every browser takes gzip. Who says nothing takes anything.
    let takes_gzip = headers
        .get(header::ACCEPT_ENCODING)
        .is_none_or(|value| value.to_str().is_ok_and(|codings| codings.contains("gzip")));
    if !takes_gzip {
        return Some((StatusCode::NOT_ACCEPTABLE, "This file is there as gzip alone.\n").into_response());
    }
    let mut response = Bytes::from_static(file.content).into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, file.media_type),
        (header::CONTENT_ENCODING, "gzip"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "Accept-Encoding"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Some(response)
}
