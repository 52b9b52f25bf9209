//! The composition root: the one place that constructs.

use std::sync::Arc;

use axum::Router;
use migration::{Migrator, MigratorTrait};
use sea_orm::DbErr;

use crate::{
    auth::Authenticator,
    config::Limits,
    http::{self, Documents, HttpSettings, HttpState},
    schema,
    work::{CallParts, Clock, Database, Ids},
};

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

/// A running service, without its socket.
#[derive(Clone, Debug)]
pub struct App {
    /// What every operation shares.
    pub parts: CallParts,
    /// The routes.
    pub router: Router,
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
        let state = HttpState {
            schema: schema::build(),
            parts: call_parts.clone(),
            authenticator: Authenticator::new(call_parts.clone()),
            documents: Arc::new(Documents::default()),
            settings: Arc::new(parts.http),
        };
        Self {
            parts: call_parts,
            router: http::router(state),
        }
    }
}

/// Brings the tables to what this program knows.
///
/// # Errors
/// What the database answers.
pub async fn migrate(database: &Database) -> Result<(), DbErr> {
    Migrator::up(database.for_migration(), None).await
}
