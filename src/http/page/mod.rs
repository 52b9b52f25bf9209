//! The query page: GraphiQL from its public CDN, and a small page of our own where that cannot load.
//!
//! Nothing but these very files of the CDN and the page's own script may run: the policy names each, and the browser
//! compares the files with their hashes (made from the packages that npm has; see [`ASSETS`]).

mod examples;

use std::sync::{Arc, PoisonError, RwLock};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};

pub use examples::{EXAMPLES, Example, Scope};

use super::{HttpState, request};

const HTML: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A file of the CDN with the hash that it must have.
///
/// To renew: `npm pack graphiql@VERSION`, unpack, `openssl dgst -sha384 -binary FILE | base64`. The CDN serves the
/// files of the npm packages as they are.
struct Asset {
    url: &'static str,
    integrity: &'static str,
}

/// Scripts in the order in which they run, then the style.
const ASSETS: [Asset; 4] = [
    Asset {
        url: "https://cdn.jsdelivr.net/npm/react@18.3.1/umd/react.production.min.js",
        integrity: "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    },
    Asset {
        url: "https://cdn.jsdelivr.net/npm/react-dom@18.3.1/umd/react-dom.production.min.js",
        integrity: "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    },
    Asset {
        url: "https://cdn.jsdelivr.net/npm/graphiql@3.8.3/graphiql.min.js",
        integrity: "sha384-HbRVEFG0JGJZeAHCJ9Xm2+tpknBQ7QZmNlO/DgZtkZ0aJSypT96YYGRNod99l9Ie",
    },
    Asset {
        url: "https://cdn.jsdelivr.net/npm/graphiql@3.8.3/graphiql.min.css",
        integrity: "sha384-Mq3vbRBY71jfjQAt/DcjxUIYY33ksal4cgdRt9U/hNPvHBCaT2JfJ/PTRiPKf0aM",
    },
];

/// Tokens that the page offers to whoever opens it: for the demonstration on this machine alone.
#[derive(Clone, Debug, Default)]
pub struct PageTokens {
    /// Of a customer.
    pub storefront: Option<SecretString>,
    /// Of a system that may do everything.
    pub back_office: Option<SecretString>,
    /// Of a system that may read everything.
    pub analyst: Option<SecretString>,
}

impl PageTokens {
    fn of(&self, scope: Scope) -> Option<&str> {
        match scope {
            Scope::Storefront => &self.storefront,
            Scope::BackOffice => &self.back_office,
            Scope::Analyst => &self.analyst,
        }
        .as_ref()
        .map(ExposeSecret::expose_secret)
    }
}

/// The page, ready to be sent.
#[derive(Clone)]
pub struct Page {
    html: Arc<RwLock<Bytes>>,
    policy: HeaderValue,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It may hold tokens.
        formatter.debug_struct("Page").finish_non_exhaustive()
    }
}

impl Page {
    /// A page that offers these tokens.
    #[must_use]
    pub fn new(tokens: &PageTokens) -> Self {
        let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
        let [scripts @ .., style] = &ASSETS;
        let urls: Vec<&str> = scripts.iter().map(|script| script.url).collect();
        let policy = format!(
            "default-src 'none'; script-src {} {}; style-src {} {}; style-src-attr 'unsafe-inline'; \
             font-src data:; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
            hash(SCRIPT),
            urls.join(" "),
            hash(STYLE),
            style.url,
        );
        Self {
            html: Arc::new(RwLock::new(html(tokens))),
            policy: HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'")),
        }
    }

    /// Offers other tokens from now on.
    pub fn offer(&self, tokens: &PageTokens) {
        *self.html.write().unwrap_or_else(PoisonError::into_inner) = html(tokens);
    }

    /// The page.
    pub(super) fn response(&self) -> Response {
        let html = self.html.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut response = html.into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("Accept"));
        response
    }
}

/// Puts the page together.
fn html(tokens: &PageTokens) -> Bytes {
    let [scripts @ .., style] = &ASSETS;
    let asset = |asset: &Asset| json!({ "url": asset.url, "integrity": asset.integrity });
    let scopes: Vec<_> = Scope::ALL
        .iter()
        .map(|scope| {
            let examples: Vec<_> = EXAMPLES
                .iter()
                .filter(|example| example.scope == *scope)
                .map(|example| {
                    json!({
                        "title": example.title(),
                        "query": example.query,
                        "variables": example.variables.unwrap_or_default(),
                    })
                })
                .collect();
            json!({ "name": scope.title(), "about": scope.about(), "token": tokens.of(*scope), "examples": examples })
        })
        .collect();
    let data = json!({
        "graphiql": { "scripts": scripts.iter().map(asset).collect::<Vec<_>>(), "style": asset(style) },
        "scopes": scopes,
    });
    // A `<` could end the element that the data stands in.
    let data = data.to_string().replace('<', "\\u003c");
    HTML.replace("/*style*/", STYLE)
        .replace("/*script*/", SCRIPT)
        .replace("/*data*/", &data)
        .into()
}

/// `GET /`.
pub(super) async fn root(State(state): State<Arc<HttpState>>) -> Response {
    state.page.response()
}

/// Whether `GET /graphql` asks for the page: a browser does, unless there is an operation in the URL.
pub(super) fn is_wanted(parts: &Parts) -> bool {
    let accepts_html = parts
        .headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| accepted.contains("text/html"));
    accepts_html && !request::is_in_url(parts.uri.query())
}
