//! Media types (GraphQL over HTTP).

use axum::http::{HeaderMap, header};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// `application/graphql-response+json`: the status says what became of the request.
    GraphQl,
    /// `application/json`, for older clients: 200 for everything that was well-formed.
    Json,
}

impl Answer {
    /// What the client asks for; the older one when it does not care.
    pub(super) fn accepted(headers: &HeaderMap) -> Self {
        let accept = headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        for range in accept.split(',') {
            match range.split(';').next().map(str::trim) {
                Some("application/graphql-response+json") => return Self::GraphQl,
                Some("application/json") => return Self::Json,
                _ => {}
            }
        }
        Self::Json
    }

    /// As a header.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// Whether a body is declared as JSON (in UTF-8, if a character set is named).
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(declared) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = declared.split(';').map(str::trim);
    parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
        && parts.all(|parameter| {
            parameter.split_once('=').is_none_or(|(name, value)| {
                !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
            })
        })
}
