//! Looks after what nobody asks for: counts failed log-ins together.

use std::{sync::Arc, time::Duration};

use crate::{
    auth::{
        Viewer,
        failures::{self, Alarm},
    },
    work::{Call, CallParts, WriteError},
};

/// How long after one round the next one begins.
const PAUSE: Duration = Duration::from_secs(5);

/// Keeps house; several processes may do so at once.
#[derive(Clone, Debug)]
pub struct Housekeeper {
    parts: CallParts,
}

impl Housekeeper {
    /// A housekeeper of this database.
    #[must_use]
    pub fn new(parts: CallParts) -> Self {
        Self { parts }
    }

    /// Keeps house for as long as the service runs. A fault of the database is logged and tried again.
    pub async fn run(self) {
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Err(error) = self.watch().await {
                tracing::warn!(%error, "failed log-ins could not be counted");
            }
        }
    }

    /// Counts the failed log-ins of this process together with those of the others.
    ///
    /// # Errors
    /// Faults.
    pub async fn watch(&self) -> Result<Option<Alarm>, WriteError> {
        let name = "housekeeper".to_owned();
        let call = Arc::new(Call::new(self.parts.clone(), Viewer::System, name, None));
        failures::report(&call).await
    }
}
