//! Reads the outbox for workflows.

use std::{sync::Arc, time::Duration};

use super::Stopping;
use crate::{
    auth::Viewer,
    features::workflow::trigger::{self, Looked},
    work::{Call, CallParts, Hearing, Once, Statements, UnitOfWork, WriteError, WriteOptions},
};

/// How long after an empty look the outbox is looked at again, though no bell was heard.
const PAUSE: Duration = Duration::from_secs(5);

/// How long after a look that found something held back.
const SOON: Duration = Duration::from_millis(100);

/// Lets events begin workflows; several processes may do so at once.
#[derive(Clone, Debug)]
pub struct Triggers {
    parts: CallParts,
}

impl Triggers {
    /// For this database.
    #[must_use]
    pub fn new(parts: CallParts) -> Self {
        Self { parts }
    }

    /// Looks at what happens until it is told to stop. A fault of the database is logged and tried again.
    pub async fn run(self, stopping: Stopping) {
        let mut hearing = Hearing::begin(&self.parts.database).await;
        while !stopping.is_told() {
            let pause = match self.look().await {
                Ok(Looked { has_more: true, .. }) => continue,
                Ok(Looked { holds_back: true, .. }) => SOON,
                Ok(_) => PAUSE,
                Err(error) => {
                    tracing::warn!(%error, "the outbox could not be read for workflows");
                    PAUSE
                }
            };
            tokio::select! {
                _ = hearing.heard_within(pause) => {}
                () = stopping.told() => {}
            }
        }
    }

    /// Looks at the next events; answers whether there are more, and whether some may not be read yet.
    ///
    /// # Errors
    /// Faults.
    pub async fn look(&self) -> Result<Looked, WriteError> {
        let name = "workflows".to_owned();
        let call = Arc::new(Call::new(self.parts.clone(), Viewer::System, name, None));
        // Where there are no workflows nobody waits for the one writer of SQLite.
        let db = call.database.reader(&Statements::default());
        if !trigger::is_any_enabled(&db).await? {
            return Ok(Looked::default());
        }
        let options = WriteOptions {
            mutation: "workflowLook",
            ..WriteOptions::default()
        };
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(trigger::look(unit).await?))
            })
            .await?;
        Ok(written.value.0)
    }
}
