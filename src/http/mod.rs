//! Routes and layers: from bytes to an operation of a viewer, and back.

mod asker;
mod batch;
mod body;
mod client;
mod cookies;
mod endpoint;
mod health;
mod hooked;
mod keys;
mod layers;
mod mailbox;
mod negotiation;
mod operation;
mod origin;
pub mod page;
mod request;
#[cfg(feature = "saml")]
mod saml;
mod server;
mod status;
mod subscription;
mod visitors;
mod watched;

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use axum::{Router, routing::get};
use tokio::sync::Semaphore;

pub use server::serve;
pub use subscription::Places;

use crate::{
    auth::Authenticator,
    background::{Relay, Stopping},
    config::{GatewaySdl, GraphqlConfig, HttpProfile, Introspection, QueryPage, ServerConfig, SubscriptionsConfig},
    features::hook::Registry,
    features::webhook::Courier,
    firewall::Firewall,
    schema::Schema,
    work::CallParts,
};

/// What the routes need.
#[derive(Clone)]
pub struct HttpState {
    /// The finished schema.
    pub schema: Schema,
    /// The same for viewers from whom something is hidden; made when the first of them comes.
    pub masked_schema: Arc<LazyLock<Schema>>,
    /// The same, but it executes nothing; made when the first mutation with a hook comes.
    pub probe_schema: Arc<LazyLock<Schema>>,
    /// Who is asked before mutations, and told after them.
    pub hooks: Arc<Registry>,
    /// What every operation shares.
    pub parts: CallParts,
    /// Tells who is asking.
    pub authenticator: Authenticator,
    /// Judges documents.
    pub firewall: Arc<Firewall>,
    /// Sends what endpoints are told.
    pub courier: Courier,
    /// What differs between deployments.
    pub settings: Arc<HttpSettings>,
    /// Whether the service was told to stop: it is not ready any more, though it still answers.
    pub stopping: Stopping,
    /// Passes on events.
    pub relay: Relay,
    /// Where those are who listen.
    pub places: Places,
    /// How many of those who listen are told of an event at the same time.
    pub hearings: Arc<Semaphore>,
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
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Whether anybody may see the schema (what they may use of it). Admin scope always may.
    pub introspection_for_all: bool,
    /// The federation gateway's credential (`Gateway-Authorization`); with none, `open_to_gateways` decides.
    pub gateway_secret: Option<secrecy::SecretString>,
    /// Whether `_service` and `_entities` are open to everybody (the demo).
    pub open_to_gateways: bool,
    /// What a gateway gets as the contract.
    pub gateway_sdl: GatewaySdl,
    /// How long a request may take.
    pub request_timeout: Option<Duration>,
    /// How long a client may take to send a body.
    pub body_timeout: Option<Duration>,
    /// The longest URL, in bytes.
    pub url_bytes: usize,
    /// How large all headers of a request may be together, in bytes.
    pub header_bytes: usize,
    /// Whether larger answers are compressed.
    pub compression: bool,
    /// Whether clients reach the service by TLS alone.
    pub behind_tls: bool,
    /// The origins of pages elsewhere that may ask.
    pub allowed_origins: Vec<String>,
    /// Which statuses answers have.
    pub http_profile: HttpProfile,
    /// The most queries in a list of one request; with 0 lists are not taken.
    pub batch_operations: usize,
    /// The networks of the proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// For whom the query page is.
    pub page: QueryPage,
    /// How many may listen, and how patient the service is with them.
    pub subscriptions: SubscriptionsConfig,
}

impl Default for HttpSettings {
    /// As if nothing were configured, and without an end to waiting.
    fn default() -> Self {
        Self {
            request_timeout: None,
            body_timeout: None,
            ..Self::configured(
                &ServerConfig::default(),
                &GraphqlConfig::default(),
                &SubscriptionsConfig::default(),
            )
        }
    }
}

impl HttpSettings {
    /// What the configuration says.
    #[must_use]
    pub fn configured(server: &ServerConfig, graphql: &GraphqlConfig, subscriptions: &SubscriptionsConfig) -> Self {
        Self {
            introspection_for_all: graphql.introspection == Introspection::Filtered,
            gateway_secret: graphql.gateway_secret.clone(),
            open_to_gateways: false,
            gateway_sdl: graphql.gateway_sdl,
            request_timeout: Some(server.request_timeout),
            body_timeout: Some(server.body_timeout),
            url_bytes: server.url_bytes,
            header_bytes: server.header_bytes,
            compression: server.compression,
            behind_tls: server.behind_tls,
            allowed_origins: server.allowed_origins.clone(),
            http_profile: graphql.http_profile,
            batch_operations: graphql.batch_operations,
            trusted_proxies: server.trusted_proxies.clone(),
            page: graphql.query_page,
            subscriptions: subscriptions.clone(),
        }
    }
}

/// The routes of the service.
pub fn router(state: HttpState) -> Router {
    let settings = Arc::clone(&state.settings);
    let routes = Router::new()
        .route(
            "/graphql",
            get(endpoint::get)
                .post(endpoint::post)
                .options(endpoint::options)
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
    layers::around(routes, &settings)
}
