//! NATS JetStream, a real server.

use std::{process::Stdio, sync::Arc, time::Duration};

use async_nats::jetstream::{self, consumer::pull};
use customer_graph::{
    background::{
        EventSink, SinkRelay,
        sink::{Nats, Passed},
    },
    config::NatsConfig,
};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::{change::settle, on_both};

/// A server of NATS with JetStream, in a folder of its own, on a port that it chose.
struct Server {
    process: tokio::process::Child,
    folder: tempfile::TempDir,
    url: String,
}

impl Server {
    /// `None` where there is none; CI says that there must be one.
    async fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let process = Self::process(folder.path(), "-1");
        let Ok(process) = process else {
            assert!(
                std::env::var_os("CUSTOMER_GRAPH_REQUIRE_NATS").is_none(),
                "nats-server is not installed"
            );
            return None;
        };
        let mut server = Self {
            process,
            folder,
            url: String::new(),
        };
        server.url = server.address().await;
        Some(server)
    }

    fn process(folder: &std::path::Path, port: &str) -> std::io::Result<tokio::process::Child> {
        tokio::process::Command::new("nats-server")
            .args([
                "--jetstream",
                "--addr",
                "127.0.0.1",
                "--port",
                port,
                "--user",
                "graph",
                "--pass",
                "secret",
            ])
            .arg("--store_dir")
            .arg(folder.join("store"))
            .arg("--ports_file_dir")
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }

    /// Where it listens: it writes that into a file when it does.
    async fn address(&self) -> String {
        let ports = async {
            loop {
                let file = std::fs::read_dir(self.folder.path())
                    .unwrap()
                    .filter_map(Result::ok)
                    .map(|entry| entry.path())
                    .find(|path| path.extension().is_some_and(|extension| extension == "ports"));
                let ports = file.and_then(|file| std::fs::read_to_string(file).ok());
                if let Some(ports) = ports.and_then(|text| serde_json::from_str::<Value>(&text).ok()) {
                    return ports["nats"][0].as_str().unwrap().to_owned();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), ports)
            .await
            .expect("nats-server listens")
    }

    async fn client(&self) -> jetstream::Context {
        let options = async_nats::ConnectOptions::new().user_and_password("graph".into(), "secret".into());
        jetstream::new(options.connect(&self.url).await.unwrap())
    }

    fn config(&self) -> NatsConfig {
        NatsConfig {
            url: Some(self.url.clone()),
            user: Some("graph".to_owned()),
            password: Some("secret".into()),
            stream: "EVENTS".to_owned(),
            subject: "shop.customers".to_owned(),
            ..NatsConfig::default()
        }
    }
}

/// All that is in the stream: subjects, ids and bodies.
async fn messages(context: &jetstream::Context) -> Vec<(String, String, Value)> {
    let mut stream = context.get_stream("EVENTS").await.unwrap();
    let count = usize::try_from(stream.info().await.unwrap().state.messages).unwrap();
    let consumer = stream.create_consumer(pull::Config::default()).await.unwrap();
    let mut read = consumer.messages().await.unwrap().take(count);
    let mut messages = Vec::new();
    while let Some(message) = read.next().await {
        let message = message.unwrap();
        let id = message
            .headers
            .as_ref()
            .unwrap()
            .get("Nats-Msg-Id")
            .unwrap()
            .to_string();
        let body = serde_json::from_slice(&message.payload).unwrap();
        messages.push((message.subject.to_string(), id, body));
    }
    messages
}

async fn drain(relay: &SinkRelay) {
    for _ in 0..1_000 {
        match relay.pass().await.unwrap() {
            Passed::All(0) => return,
            // By transactions of other tests on the same server.
            Passed::HeldBack(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            _ => {}
        }
    }
    panic!("there is no end to the events");
}

on_both! {
    async fn events_are_in_the_stream_once_and_in_order_also_after_the_server_was_gone(app: TestApp) {
        let Some(mut server) = Server::start().await else { return };
        let admin = app.admin().await;
        let nats = Arc::new(Nats::configured(&server.config()).unwrap());
        let relay = SinkRelay::new(app.app.parts.clone(), nats as Arc<dyn EventSink>);
        drain(&relay).await;
        let created = app.ask(&admin, "mutation { customerCreate(input: { email: \"ada@example.com\", firstName: \"Ada\" }) { customer { id } } }", json!({})).await;
        let id = created.data()["customerCreate"]["customer"]["id"].as_str().unwrap().to_owned();
        drain(&relay).await;
        // The server is gone, and events wait.
        let port = server.url.rsplit(':').next().unwrap().to_owned();
        server.process.kill().await.unwrap();
        for name in ["Augusta", "Ada Augusta"] {
            app.ask(&admin, "mutation($id: ID!, $name: String) { customerUpdate(input: { id: $id, firstName: $name }) { customer { id } } }", json!({ "id": id, "name": name })).await.data();
        }
        settle(&app).await;
        assert!(matches!(relay.pass().await.unwrap(), Passed::Refused { .. }));
        server.process = Server::process(server.folder.path(), &port).unwrap();
        let delivered = async {
            while matches!(relay.pass().await.unwrap(), Passed::Refused { .. }) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), delivered).await.expect("the server is back");
        drain(&relay).await;
        let messages = messages(&server.client().await).await;
        let told: Vec<(&str, i64)> = messages
            .iter()
            .map(|(subject, _, body)| (subject.as_str(), body["objectVersion"].as_i64().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                ("shop.customers.customer.created", 1),
                ("shop.customers.customer.updated", 2),
                ("shop.customers.customer.updated", 3),
            ]
        );
        for (_, message, body) in &messages {
            assert_eq!(body["id"], json!(message));
            assert_eq!((&body["objectId"], &body["subjectId"]), (&json!(id), &json!(id)));
            assert!(!body.to_string().contains("Augusta"), "an event holds no personal data");
        }
    }

    async fn what_is_published_again_is_in_the_stream_once(app: TestApp) {
        let Some(server) = Server::start().await else { return };
        let admin = app.admin().await;
        let relay = |nats| SinkRelay::new(app.app.parts.clone(), Arc::new(nats) as Arc<dyn EventSink>);
        let first = relay(Nats::configured(&server.config()).unwrap());
        drain(&first).await;
        app.ask(&admin, "mutation { customerCreate(input: { email: \"ada@example.com\" }) { customer { id } } }", json!({})).await.data();
        drain(&first).await;
        // As if that had not been noted.
        app.execute("update outbox_reader set transaction_id = 0, position = 0, leased_until = null where name = 'sink:nats'").await;
        drain(&relay(Nats::configured(&server.config()).unwrap())).await;
        let messages = messages(&server.client().await).await;
        let mut ids: Vec<&String> = messages.iter().map(|(_, id, _)| id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert!(count > 0);
    }
}
