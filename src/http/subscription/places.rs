//! How many may listen at once: in all, and from each network.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    config::SubscriptionsConfig,
    http::visitors::{Visit, Visitors},
    work::Client,
};

/// The places of those who listen, by whatever way.
#[derive(Clone, Debug)]
pub struct Places {
    free: Arc<Semaphore>,
    most: u32,
    visitors: Visitors,
}

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    _visit: Visit,
}

impl Places {
    /// As many as the configuration says.
    #[must_use]
    pub fn new(settings: &SubscriptionsConfig) -> Self {
        let most = u32::try_from(settings.connections).unwrap_or(u32::MAX);
        Self {
            free: Arc::new(Semaphore::new(most as usize)),
            most,
            visitors: Visitors::new(settings.connections_per_client, &[]),
        }
    }

    /// A place for this client; `None` when all are taken, or the client has too many.
    pub(super) fn take(&self, client: &Client) -> Option<Place> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        Some(Place {
            _permit: permit,
            _visit: self.visitors.admit_from(client.network())?,
        })
    }

    /// How many are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        (self.most as usize).saturating_sub(self.free.available_permits())
    }

    /// Waits until nobody listens any more.
    pub async fn all_left(&self) {
        // The places are never closed.
        let _ = self.free.acquire_many(self.most).await;
    }
}
