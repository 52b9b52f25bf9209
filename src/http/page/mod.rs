//! The query page.
//!
//! What `npm --prefix web run build` makes is built into the program ([`bundle`]): GraphiQL with a log-in, saved
//! queries, tables and CSV, from this service alone. Without it a smaller page stands in ([`public`]), with GraphiQL
//! from its public CDN.
//!
//! Whom the page is for is a matter of configuration ([`QueryPage`]). It opens nothing: whoever uses it is known by the
//! session of their log-in, as with every other client.

mod bundle;
mod examples;
mod public;

use std::sync::{Arc, PoisonError, RwLock};

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::Response,
};
use secrecy::{ExposeSecret, SecretString};

pub use bundle::is_bundled;
pub use examples::{EXAMPLES, Example, Scope};

use super::{HttpState, layers, request};
use crate::config::QueryPage;

/// Tokens that the smaller page offers to whoever opens it: for the demonstration on this machine alone.
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

/// Somebody who does not exist and logs in by a click: for the demonstration on this machine alone.
#[derive(Clone, Debug)]
pub struct PagePersona {
    /// How they are called.
    pub name: String,
    /// Who that is.
    pub about: String,
    /// Whether they log in as staff, and not as a customer.
    pub is_staff: bool,
    /// Their e-mail address.
    pub email: String,
    /// Their password.
    pub password: SecretString,
}

/// What the page offers beyond a log-in.
#[derive(Clone, Debug, Default)]
pub struct PageOffer {
    /// For the smaller page.
    pub tokens: PageTokens,
    /// For the page that is built in.
    pub personas: Vec<PagePersona>,
}

/// The page, ready to be sent.
#[derive(Clone)]
pub struct Page {
    audience: QueryPage,
    shown: Arc<RwLock<Shown>>,
}

#[derive(Clone)]
enum Shown {
    Bundled(bundle::Page),
    Public(public::Page),
}

impl Shown {
    fn new(audience: QueryPage, offer: &PageOffer) -> Self {
        match bundle::Page::new(audience, &offer.personas) {
            Some(page) => Self::Bundled(page),
            None => Self::Public(public::Page::new(&offer.tokens)),
        }
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It may hold tokens.
        formatter
            .debug_struct("Page")
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

impl Page {
    /// A page for these people.
    #[must_use]
    pub fn new(audience: QueryPage) -> Self {
        let shown = Shown::new(audience, &PageOffer::default());
        Self {
            audience,
            shown: Arc::new(RwLock::new(shown)),
        }
    }

    /// Offers this from now on.
    pub fn offer(&self, offer: &PageOffer) {
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Shown::new(self.audience, offer);
    }

    /// The page, where there is one.
    pub(super) fn response(&self, state: &HttpState) -> Option<Response> {
        if self.audience == QueryPage::Off {
            return None;
        }
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut response = match shown {
            Shown::Bundled(page) => page.response(&state.parts.ids.token()),
            Shown::Public(page) => page.response(),
        };
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("Accept"));
        Some(response)
    }
}

/// `GET /`.
pub(super) async fn root(State(state): State<Arc<HttpState>>) -> Response {
    match state.page.response(&state) {
        Some(page) => page,
        None => layers::nothing_here().await,
    }
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

/// `GET /graphiql/{file}`: what the page that is built in consists of.
pub(super) async fn file(
    State(state): State<Arc<HttpState>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = (state.page.audience != QueryPage::Off)
        .then(|| bundle::file(&name, &headers))
        .flatten();
    match found {
        Some(response) => response,
        None => layers::nothing_here().await,
    }
}
