//! Routes and layers: from bytes to an operation of a viewer, and back.

mod asker;
mod bracket;
mod client;
mod cookies;
mod document;
mod endpoint;
mod health;
mod keys;
mod layers;
mod mailbox;
mod mend;
mod negotiation;
mod operation;
pub mod page;
mod request;
#[cfg(feature = "saml")]
mod saml;
mod server;

use std::{
    sync::{Arc, LazyLock, atomic::AtomicBool},
    time::Duration,
};

use axum::{Router, routing::get};

pub use document::{Documents, Refusal};
pub use server::serve;

use crate::{auth::Authenticator, config::QueryPage, schema::Schema, work::CallParts};

/// What the routes need.
#[derive(Clone)]
pub struct HttpState {
    /// The finished schema.
    pub schema: Schema,
    /// The same for viewers from whom something is hidden; made when the first of them comes.
    pub masked_schema: Arc<LazyLock<Schema>>,
    /// What every operation shares.
    pub parts: CallParts,
    /// Tells who is asking.
    pub authenticator: Authenticator,
    /// Parsed documents.
    pub documents: Arc<Documents>,
    /// What differs between deployments.
    pub settings: Arc<HttpSettings>,
    /// Whether the service was told to stop: it is not ready any more, though it still answers.
    pub stopping: Arc<AtomicBool>,
    /// The query page.
    pub page: page::Page,
    /// The letters that would have been sent (the demo).
    pub mailbox: Option<crate::background::Mailbox>,
}

impl std::fmt::Debug for HttpState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("HttpState")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// What differs between deployments.
#[derive(Clone, Debug, Default)]
pub struct HttpSettings {
    /// Whether anybody may see the schema (what they may use of it). Admin scope always may.
    pub introspection_for_all: bool,
    /// The federation gateway's credential (`Gateway-Authorization`); with none, `open_to_gateways` decides.
    pub gateway_secret: Option<secrecy::SecretString>,
    /// Whether `_service` and `_entities` are open to everybody (the demo).
    pub open_to_gateways: bool,
    /// How long a request may take.
    pub request_timeout: Option<Duration>,
    /// Whether larger answers are compressed.
    pub compression: bool,
    /// The networks of the proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// For whom the query page is.
    pub page: QueryPage,
}

/// The routes of the service.
pub fn router(state: HttpState) -> Router {
    let (request_timeout, compression) = (state.settings.request_timeout, state.settings.compression);
    let routes = Router::new()
        .route(
            "/graphql",
            get(page::graphql)
                .post(endpoint::post)
                .fallback(endpoint::method_not_allowed),
        )
        .route("/", get(page::root))
        .route("/graphiql/{file}", get(page::file))
        .route("/mailbox", get(mailbox::list))
        .route("/mailbox/{number}", get(mailbox::letter))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/.well-known/jwks.json", get(keys::jwks));
    #[cfg(feature = "saml")]
    let routes = routes
        .route("/saml/{provider}/metadata", get(saml::metadata))
        .route("/saml/{provider}/acs", axum::routing::post(saml::receive));
    let routes = routes.with_state(Arc::new(state));
    layers::around(routes, request_timeout, compression)
}
