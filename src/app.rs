//! The composition root: the one place that constructs.

use std::sync::{Arc, atomic::AtomicBool};

use crate::{
    auth::{Authenticator, PasswordPolicy, Passwords, SigningKeys, TokenSettings, Tokens},
    config::{Config, Introspection, Limits},
    http::{
        self, Documents, HttpSettings, HttpState,
        page::{Page, PageTokens},
    },
    schema,
    work::{CallParts, Clock, Database, Ids, SystemClock},
};
use axum::Router;

/// What an application is made of; tests put a fixed clock in it.
pub struct AppParts {
    /// The database, migrated.
    pub database: Database,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How large things may be.
    pub limits: Limits,
    /// The keys that sign access tokens; the secret under which cursors are sealed is made from them.
    pub keys: SigningKeys,
    /// From whom access tokens are and for whom.
    pub tokens: TokenSettings,
    /// What new passwords must be like.
    pub password_policy: PasswordPolicy,
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
    pub fn configured(config: &Config, database: Database, keys: SigningKeys) -> Self {
        Self {
            database,
            clock: Arc::new(SystemClock),
            limits: config.limits.clone(),
            keys,
            tokens: TokenSettings {
                issuer: config.auth.issuer.clone(),
                audience: config.auth.audience.clone(),
                access_lifetime: config.auth.access_token_lifetime,
                session_lifetime: config.auth.refresh_token_lifetime,
            },
            password_policy: PasswordPolicy {
                minimum_length: config.auth.password_minimum_length,
            },
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
    /// The query page.
    pub page: Page,
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
            cursor_key: Arc::new(parts.keys.derive("cursor")),
            passwords: Passwords::new(parts.password_policy),
            tokens: Arc::new(Tokens::new(parts.keys, parts.tokens)),
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
            page: state.page.clone(),
            router: http::router(state),
            stopping,
        }
    }
}
