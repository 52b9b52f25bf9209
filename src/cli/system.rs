//! What the commands do with the service's own hand.

use std::sync::Arc;

use super::{Failure, connect};
use crate::{
    app::{App, AppParts},
    auth::Viewer,
    config::{Config, SigningKeyPem},
    migrate,
    work::{Call, Once, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// A service that serves nobody: connected, migrated, and without a key of its own, since nothing is signed.
pub(super) async fn open(config: &Config) -> Result<App, Failure> {
    let keys = SigningKeyPem::create().map_err(Failure::Fault)?.keys()?;
    let database = connect(config).await?;
    migrate::up(&database).await?;
    Ok(App::new(AppParts::configured(config, database, keys)?))
}

/// The service itself, asking on behalf of whoever runs the command.
pub(super) fn call(app: &App) -> Arc<Call> {
    Arc::new(Call::new(
        app.parts.clone(),
        Viewer::System,
        "command-line".to_owned(),
        None,
    ))
}

/// Writes something.
pub(super) async fn write<T: Send>(
    call: &Arc<Call>,
    body: impl AsyncFn(&mut UnitOfWork) -> Result<T, WriteError>,
) -> Result<T, WriteError> {
    let written = call
        .write(WriteOptions::default(), async |unit: &mut UnitOfWork| {
            body(unit).await.map(Once)
        })
        .await?;
    Ok(written.value.0)
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Refused(errors) => {
                let lines: Vec<String> = errors.iter().map(line).collect();
                Self::Fault(lines.join("\n"))
            }
            error @ (WriteError::Limited { .. } | WriteError::Overloaded) => {
                Self::Fault(format!("Try again later: {error}."))
            }
            WriteError::Fault(error) => error.into(),
        }
    }
}

fn line(error: &UserError) -> String {
    if error.path.is_empty() {
        error.message.to_string()
    } else {
        format!("{}: {}", error.path.join("."), error.message)
    }
}
