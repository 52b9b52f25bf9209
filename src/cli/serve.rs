//! `serve`: the service for real use.

use std::time::Duration;

use clap::Args;
use tokio::{net::TcpListener, time::Instant};

use super::{Failure, connect};
use crate::{
    app::{App, AppParts},
    config::{Config, ServerConfig, SigningKeyPem},
    http, migrate,
};

/// Serve the GraphQL API
///
/// Migrates the database, then serves until it is told to stop (SIGTERM or Ctrl-C); requests under way finish first.
/// A second signal ends it at once.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  customer-graph serve

  customer-graph signing-key create > signing-key.pem && chmod 600 signing-key.pem
  CUSTOMER_GRAPH_DATABASE_URL=postgres://user:password@host/database \\
  CUSTOMER_GRAPH_AUTH_SIGNING_KEY_FILE=signing-key.pem \\
  CUSTOMER_GRAPH_SERVER_LISTEN=0.0.0.0:4000 customer-graph serve

  curl http://127.0.0.1:4000/health/ready")]
pub(super) struct Serve {}

impl Serve {
    pub(super) async fn run(self, config: Config) -> Result<(), Failure> {
        config.check_for_serving()?;
        let keys = SigningKeyPem::find(&config)?.keys_of(&config)?;
        // The port comes first, so that a service that cannot serve changes no tables.
        let listener = listen(&config.server, &another_port(&config.server)).await?;
        let database = connect(&config).await?;
        for step in migrate::up(&database).await? {
            tracing::info!(step, "migrated");
        }
        let app = App::new(AppParts::configured(&config, database, keys)?);
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            database = %config.database.url,
            "serving http://{}/graphql",
            listener.local_addr()?
        );
        serve(listener, app, &config.server).await
    }
}

/// How to take another port.
fn another_port(config: &ServerConfig) -> String {
    let port = config.listen.port().checked_add(1).unwrap_or(4000);
    format!("CUSTOMER_GRAPH_SERVER_LISTEN={}:{port}", config.listen.ip())
}

/// Takes the port; `instead` says how to take another one.
pub(super) async fn listen(config: &ServerConfig, instead: &str) -> Result<TcpListener, Failure> {
    let address = config.listen;
    TcpListener::bind(address).await.map_err(|error| {
        let advice = match error.kind() {
            std::io::ErrorKind::AddrInUse => "Another program uses it; end that one, or take another port",
            std::io::ErrorKind::PermissionDenied => "Ports below 1024 need privileges; take another port",
            _ => "Take another address",
        };
        Failure::Fault(format!("Cannot listen on {address}: {error}.\n{advice}: {instead}"))
    })
}

/// How long those who listen to events are given to take their leave.
const PARTING: Duration = Duration::from_secs(2);

/// Serves until a signal comes.
pub(super) async fn serve(listener: TcpListener, app: App, config: &ServerConfig) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
    let mailing = tokio::spawn(app.mailer.clone().run(app.stopping.clone()));
    let telling = tokio::spawn(app.webhooks.clone().run(app.stopping.clone()));
    let sinks: Vec<_> = app
        .sinks
        .iter()
        .map(|sink| sink.clone().run(app.stopping.clone()))
        .collect();
    let passing_on = tokio::spawn(async move {
        futures_util::future::join_all(sinks).await;
    });
    let working = tokio::spawn(app.runner.clone().run(app.stopping.clone()));
    let triggering = tokio::spawn(app.triggers.clone().run(app.stopping.clone()));
    let keeping_house = tokio::spawn(app.housekeeper.clone().run());
    let stopping = app.stopping.clone();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = http::serve(listener, app.router, config, async {
        // An error means the sender is gone, and with it the reason to go on.
        let _ = stopped.await;
    });
    let told_twice = async {
        signals.next().await;
        stopping.tell();
        let _ = stop.send(());
        signals.next().await;
    };
    tokio::select! {
        () = serving => {}
        () = told_twice => tracing::warn!("told twice to stop: requests under way are broken off"),
    }
    if tokio::time::timeout(PARTING, app.places.all_left()).await.is_err() {
        tracing::warn!("some who listened have not been told that the service stops");
    }
    keeping_house.abort();
    triggering.abort();
    // All of them were told at the same moment, and have the same time.
    let deadline = Instant::now() + config.shutdown_timeout;
    for (task, what) in [
        (passing_on, "a sink is slow: events under way are passed on again later"),
        (
            mailing,
            "the mail server is slow: mail under way is broken off and sent again later",
        ),
        (
            telling,
            "an endpoint is slow: webhooks under way are broken off and sent again later",
        ),
        (
            working,
            "a job does not pause: it is broken off and goes on elsewhere, after its lease",
        ),
    ] {
        let abort = task.abort_handle();
        if tokio::time::timeout_at(deadline, task).await.is_err() {
            tracing::warn!("{what}");
            abort.abort();
        }
    }
    app.parts.database.close().await?;
    tracing::info!("stopped");
    Ok(())
}

/// The signals that mean: stop.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        Ok(Self {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
