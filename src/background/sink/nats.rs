//! NATS JetStream as a sink.
//!
//! An event `customer.updated` is published under the subject `<subject>.customer.updated`, as JSON, with the id of the
//! event as `Nats-Msg-Id`: JetStream drops what it was told twice within two minutes, and whoever reads the stream knows
//! later repeats by the id. An event counts as published when the stream has acknowledged it.

use std::{path::PathBuf, time::Duration};

use async_nats::{
    ConnectOptions, HeaderMap,
    header::NATS_MESSAGE_ID,
    jetstream::{
        self, Context,
        stream::{Config as StreamConfig, StorageType},
    },
};
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use super::{EventSink, SinkError, SinkEvent};
use crate::config::NatsConfig;

/// For how long the server may keep us waiting.
const PATIENCE: Duration = Duration::from_secs(5);

/// For how long a stream that we make keeps events.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Publishes events to a stream of NATS JetStream.
#[derive(Debug)]
pub struct Nats {
    servers: Vec<String>,
    user: Option<(String, SecretString)>,
    credentials: Option<PathBuf>,
    stream: String,
    subject: String,
    context: OnceCell<Context>,
}

impl Nats {
    /// The configured sink; `None` without a server. It connects when there is something to publish.
    #[must_use]
    pub fn configured(config: &NatsConfig) -> Option<Self> {
        let url = config.url.as_ref()?;
        Some(Self {
            servers: url.split(',').map(|url| url.trim().to_owned()).collect(),
            user: config
                .user
                .clone()
                .map(|user| (user, config.password.clone().unwrap_or_default())),
            credentials: config.credentials.clone(),
            stream: config.stream.clone(),
            subject: config.subject.clone(),
            context: OnceCell::new(),
        })
    }

    /// Connects, and makes the stream where there is none; from then on the client connects anew by itself.
    async fn connect(&self) -> Result<Context, SinkError> {
        let mut options = ConnectOptions::new()
            .name("customer-graph")
            .connection_timeout(PATIENCE)
            .request_timeout(Some(PATIENCE));
        if let Some((user, password)) = &self.user {
            options = options.user_and_password(user.clone(), password.expose_secret().to_owned());
        }
        if let Some(file) = &self.credentials {
            options = options
                .credentials_file(file)
                .await
                .map_err(|error| SinkError(format!("the credentials for NATS cannot be read: {}", error.kind())))?;
        }
        let client = options
            .connect(self.servers.as_slice())
            .await
            .map_err(|error| SinkError(format!("NATS cannot be reached: {}", error.kind())))?;
        let mut context = jetstream::new(client);
        context.set_timeout(PATIENCE);
        let stream = StreamConfig {
            name: self.stream.clone(),
            subjects: vec![format!("{}.>", self.subject)],
            max_age: KEPT,
            storage: StorageType::File,
            ..StreamConfig::default()
        };
        context
            .get_or_create_stream(stream)
            .await
            .map_err(|error| SinkError(format!("the stream of NATS cannot be used: {}", error.kind())))?;
        Ok(context)
    }

    async fn publish(&self, told: &SinkEvent) -> Result<(), SinkError> {
        let event = &told.event;
        let context = self.context.get_or_try_init(|| self.connect()).await?;
        let mut headers = HeaderMap::new();
        headers.insert(NATS_MESSAGE_ID, event.id.to_string());
        let subject = format!("{}.{}", self.subject, event.topic);
        let body = told.body().to_string();
        let acknowledged = async { context.publish_with_headers(subject, headers, body.into()).await?.await };
        match acknowledged.await {
            Ok(_) => Ok(()),
            Err(error) => Err(SinkError(format!("NATS did not take an event: {}", error.kind()))),
        }
    }
}

impl EventSink for Nats {
    fn name(&self) -> &'static str {
        "nats"
    }

    fn publish<'a>(&'a self, event: &'a SinkEvent) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(self.publish(event))
    }
}
