//! The composition root: the one place that constructs.

use std::sync::{Arc, atomic::AtomicBool};

use crate::{
    auth::Authenticator,
    config::{Config, Introspection, Limits, SigningKeyPem},
    http::{
        self, Documents, HttpSettings, HttpState,
        page::{Page, PageTokens},
    },
    schema,
    work::{CallParts, Clock, Database, Ids, SystemClock},
};
use axum::Router;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

/// What an application is made of; tests put a fixed clock in it.
pub struct AppParts {
    /// The database, migrated.
    pub database: Database,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How large things may be.
    pub limits: Limits,
    /// The secret under which cursors are sealed.
    pub cursor_key: [u8; 32],
    /// What differs between deployments.
    pub http: HttpSettings,
}

impl std::fmt::Debug for AppParts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AppParts").finish_non_exhaustive()
    }
}

impl AppParts {
    /// The parts of a configured service.
    #[must_use]
    pub fn configured(config: &Config, database: Database, signing_key: &SigningKeyPem) -> Self {
        // All instances seal cursors alike, because they share the signing key.
        let cursor_key = Sha256::new()
            .chain_update("customer-graph cursors\n")
            .chain_update(signing_key.0.expose_secret())
            .finalize()
            .into();
        Self {
            database,
            clock: Arc::new(SystemClock),
            limits: config.limits.clone(),
            cursor_key,
            http: HttpSettings {
                introspection_for_all: config.graphql.introspection == Introspection::Filtered,
                gateway_secret: config.graphql.gateway_secret.clone(),
                open_to_gateways: false,
                request_timeout: Some(config.server.request_timeout),
                compression: config.server.compression,
                page_tokens: PageTokens::default(),
            },
        }
    }
}

/// A running service, without its socket.
#[derive(Clone, Debug)]
pub struct App {
    /// What every operation shares.
    pub parts: CallParts,
    /// The routes.
    pub router: Router,
    /// Set when the service was told to stop.
    pub stopping: Arc<AtomicBool>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: AppParts) -> Self {
        let call_parts = CallParts {
            database: parts.database,
            clock: parts.clock,
            ids: Arc::new(Ids::default()),
            limits: Arc::new(parts.limits),
            cursor_key: Arc::new(parts.cursor_key),
        };
        let stopping = Arc::new(AtomicBool::new(false));
        let state = HttpState {
            schema: schema::build(),
            parts: call_parts.clone(),
            authenticator: Authenticator::new(call_parts.clone()),
            documents: Arc::new(Documents::default()),
            page: Page::new(&parts.http.page_tokens),
            settings: Arc::new(parts.http),
            stopping: Arc::clone(&stopping),
        };
        Self {
            parts: call_parts,
            router: http::router(state),
            stopping,
        }
    }
}
