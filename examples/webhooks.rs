//! How long it takes until an endpoint has been told of ten thousand events about a thousand customers: from the outbox
//! to a receiver on loopback, in this program.
//!
//! ```sh
//! cargo run --release --example webhooks
//! cargo run --release --example webhooks -- postgres://user:password@localhost/an_empty_database 10000 1000
//! ```
#![allow(clippy::print_stdout, reason = "this is what the example is for")]

use std::{
    collections::HashMap,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use customer_graph::{
    app::{App, AppParts},
    auth::{SigningKeys, Viewer},
    background::Stopping,
    config::{Config, DatabaseUrl},
    features::webhook::service::{self, EndpointDraft},
    migrate,
    work::{Call, Database, DatabaseSettings, Once, Record, Topic, UnitOfWork, WriteError, WriteOptions},
};
use entity::id::{CustomerId, PrefixedId};
use tokio::{net::TcpListener, sync::Notify};

/// How many events one unit of work writes.
const AT_ONCE: usize = 1_000;

/// What was received: of each object the versions in their order.
#[derive(Default)]
struct Received {
    versions: Mutex<HashMap<String, Vec<i64>>>,
    came: Notify,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let url = arguments.next_if(|argument| argument.contains("://"));
    let events: usize = arguments.next().map_or(Ok(10_000), |number| number.parse())?;
    let customers: usize = arguments.next().map_or(Ok(1_000), |number| number.parse())?;
    let folder = std::env::temp_dir().join(format!("customer-graph-webhooks-{}", std::process::id()));
    let mut config = Config::default();
    config.webhooks.allow_private_network = true;
    config.database.url = match &url {
        Some(url) => DatabaseUrl::parse(url)?,
        None => DatabaseUrl::sqlite_file(&folder.join("webhooks.sqlite")),
    };
    let address = match &url {
        Some(url) => url.clone(),
        None => format!("sqlite://{}", folder.join("webhooks.sqlite").display()),
    };
    let database = Database::connect(&DatabaseSettings {
        url: address.into(),
        connections: 10,
        acquire_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(30),
    })
    .await?;
    migrate::up(&database).await?;
    let keys = SigningKeys::from_pem(&SigningKeys::generate()?, &[])?;
    let app = App::new(AppParts::configured(&config, database, keys)?);
    let call = Arc::new(Call::new(app.parts.clone(), Viewer::System, "example".to_owned(), None));

    let received = Arc::new(Received::default());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let draft = EndpointDraft {
        url: format!("http://{}/", listener.local_addr()?),
        description: None,
        topics: vec!["customer.updated".to_owned()],
        payload_query: None,
        permissions: Vec::new(),
    };
    let router = Router::new()
        .route("/", post(receive))
        .with_state(Arc::clone(&received));
    tokio::spawn(async move { axum::serve(listener, router).await });
    call.write(WriteOptions::default(), async |unit: &mut UnitOfWork| {
        Ok::<_, WriteError>(Once(service::create(unit, draft.clone()).await?))
    })
    .await?;

    let began = Instant::now();
    write(&call, events, customers).await?;
    println!(
        "{events} events about {customers} customers written in {:.2?}",
        began.elapsed()
    );

    let stopping = Stopping::default();
    let began = Instant::now();
    let running = tokio::spawn(app.webhooks.clone().run(stopping.clone()));
    while received.count() < events {
        // Whoever has come meanwhile is seen at the next look.
        let _ = tokio::time::timeout(Duration::from_millis(50), received.came.notified()).await;
    }
    let took = began.elapsed();
    let rate = f64::from(u32::try_from(events)?) / took.as_secs_f64();
    println!("all of them told in {took:.2?}: {rate:.0} events a second");
    stopping.tell();
    running.await?;
    let versions = received.versions.lock().unwrap_or_else(PoisonError::into_inner);
    let in_order = versions.values().all(|versions| versions.is_sorted());
    println!("in order for each of {} customers: {in_order}", versions.len());
    if url.is_none() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// Fills the outbox as mutations do.
async fn write(call: &Arc<Call>, events: usize, customers: usize) -> Result<(), Box<dyn Error>> {
    let customers: Vec<CustomerId> = (0..customers).map(|_| call.new_id()).collect();
    let numbers: Vec<usize> = (0..events).collect();
    for numbers in numbers.chunks(AT_ONCE) {
        call.write(WriteOptions::default(), async |unit: &mut UnitOfWork| {
            for number in numbers {
                let customer = customers[number % customers.len()];
                unit.record(Record {
                    topic: Topic("customer.updated"),
                    subject: customer.uuid(),
                    begins: false,
                    object: customer.to_string(),
                    version: i32::try_from(number / customers.len()).unwrap_or(i32::MAX),
                    changes: Vec::new(),
                });
            }
            Ok::<_, WriteError>(Once(()))
        })
        .await?;
    }
    Ok(())
}

impl Received {
    fn count(&self) -> usize {
        let versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        versions.values().map(Vec::len).sum()
    }
}

async fn receive(State(received): State<Arc<Received>>, body: Bytes) -> StatusCode {
    let Ok(message) = serde_json::from_slice::<serde_json::Value>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let data = &message["data"];
    if let (Some(object), Some(version)) = (data["objectId"].as_str(), data["version"].as_i64()) {
        let mut versions = received.versions.lock().unwrap_or_else(PoisonError::into_inner);
        versions.entry(object.to_owned()).or_default().push(version);
    }
    received.came.notify_one();
    StatusCode::NO_CONTENT
}
