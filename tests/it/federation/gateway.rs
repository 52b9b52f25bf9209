//! The example of a gateway, as it is started by whoever reads it.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use customer_graph::demo;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::{
    address,
    harness::{Persona, Setup, TestApp, node},
    on_both_with, order,
};

const SECRET: &str = "a secret of more than thirty-two characters";

/// What passed from the gateway to the service.
#[derive(Clone, Debug)]
struct Seen {
    query: String,
    headers: HeaderMap,
}

/// Stands before the service, and remembers what passes.
struct Recorder {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Clone)]
struct Behind {
    url: String,
    client: reqwest::Client,
    seen: Arc<Mutex<Vec<Seen>>>,
}

fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60));
    client.build().unwrap()
}

async fn pass(State(behind): State<Behind>, mut headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let query = serde_json::from_slice::<Value>(&body).unwrap()["query"]
        .as_str()
        .unwrap()
        .to_owned();
    behind.seen.lock().unwrap().push(Seen {
        query,
        headers: headers.clone(),
    });
    for hop in [
        header::HOST,
        header::CONTENT_LENGTH,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
    ] {
        headers.remove(hop);
    }
    let answer = behind
        .client
        .post(behind.url)
        .headers(headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
    let kind = answer.headers()[header::CONTENT_TYPE].clone();
    (status, [(header::CONTENT_TYPE, kind)], answer.bytes().await.unwrap())
}

impl Recorder {
    async fn before(app: &TestApp) -> Self {
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let behind = Behind {
            url: format!("{}/graphql", app.url),
            client: client(),
            seen: Arc::clone(&seen),
        };
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let router = Router::new().route("/graphql", post(pass)).with_state(behind);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, seen, server }
    }

    /// What has passed since the last time.
    fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The example, in a process of its own.
struct Gateway {
    url: String,
    process: Child,
    recorder: Recorder,
    client: reqwest::Client,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The command that starts the example; `None` where there is no Node.js.
async fn command(customers: &str, orders_file: &str) -> Option<Command> {
    let folder = node::installed("examples/gateway").await?;
    let mut command = Command::new("node");
    command
        .args([
            "start.mjs",
            "--port",
            "0",
            "--orders-port",
            "0",
            "--customers",
            customers,
            "--orders-file",
            orders_file,
        ])
        .current_dir(folder)
        .env("GATEWAY_SECRET", SECRET)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Some(command)
}

impl Gateway {
    /// In front of the service and of orders: their ids and the ids of who placed them.
    async fn start(app: &TestApp, orders: &[(&str, Option<&str>)]) -> Option<Self> {
        let rows = orders.iter().enumerate().map(|(number, (id, customer))| {
            json!({ "id": id, "customerId": customer, "carrier": format!("Carrier {number}"), "parcels": 2 })
        });
        let file = tempfile::NamedTempFile::new().unwrap();
        serde_json::to_writer(&file, &rows.collect::<Vec<_>>()).unwrap();
        Self::start_with(app, file.path().to_str().unwrap()).await
    }

    async fn start_with(app: &TestApp, orders_file: &str) -> Option<Self> {
        let recorder = Recorder::before(app).await;
        let mut command = command(&recorder.url, orders_file).await?;
        let started = tokio::task::spawn_blocking(move || {
            let mut process = command.spawn().unwrap();
            let mut lines = BufReader::new(process.stdout.take().unwrap())
                .lines()
                .map_while(Result::ok);
            let url = lines.find_map(|line| line.strip_prefix("gateway ").map(|url| url.trim().to_owned()));
            std::thread::spawn(move || lines.for_each(drop));
            (process, url)
        });
        let (mut process, url) = started.await.unwrap();
        let url = url.unwrap_or_else(|| {
            let mut reason = String::new();
            process.stderr.take().unwrap().read_to_string(&mut reason).unwrap();
            panic!("the gateway does not start: {reason}")
        });
        recorder.take();
        Some(Self {
            url,
            process,
            recorder,
            client: client(),
        })
    }

    async fn ask(&self, persona: &Persona, query: &str) -> Value {
        let mut request = self.client.post(&self.url).header("x-request-id", "req_of_the_client");
        if let Some(token) = &persona.token {
            request = request.bearer_auth(token);
        }
        let request = request
            .header("content-type", "application/json")
            .body(json!({ "query": query }).to_string());
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"))
    }
}

/// A query of the example.
fn query(file: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/gateway/");
    std::fs::read_to_string(format!("{folder}{file}")).unwrap()
}

fn guarded() -> Setup {
    let mut setup = Setup::default();
    setup.http.open_to_gateways = false;
    setup.http.gateway_secret = Some(SECRET.into());
    setup
}

on_both_with! { guarded();
    async fn one_query_crosses_both_ways_with_the_token_of_the_client(app: TestApp) {
        let (admin, ada) = (app.admin().await, app.customer("ada").await);
        order::link(&app, &admin, order::row("one", json!({ "customerId": ada.id(), "displayId": "#1" }))).await;
        // Of this one the other service knows nothing.
        order::link(&app, &admin, order::row("two", json!({ "customerId": ada.id(), "displayId": "#2", "placedAt": "2025-01-01T00:00:00Z" }))).await;
        let Some(gateway) = Gateway::start(&app, &[("one", Some(ada.id()))]).await else { return };
        let answer = gateway.ask(&ada, &query("both-ways.graphql")).await;
        let ada_herself = json!({ "displayName": "ada", "email": "ada@example.com" });
        assert_eq!(answer["data"]["me"]["parcelsUnderWay"], 2, "{answer:#}");
        assert_eq!(answer["data"]["me"]["orders"]["nodes"][0], json!({ "displayId": "#1", "order": { "carrier": "Carrier 0", "parcels": 2, "customer": ada_herself } }));
        assert_eq!(answer["data"]["me"]["orders"]["nodes"][1], json!({ "displayId": "#2", "order": null }), "one that is missing there takes nothing with it");
        let seen = gateway.recorder.take();
        assert!(seen.iter().any(|seen| seen.query.contains("_entities")), "{seen:?}");
        let token = format!("Bearer {}", ada.token.as_deref().unwrap());
        for seen in seen {
            let header = |name: &str| seen.headers[name].to_str().unwrap().to_owned();
            assert_eq!((header("authorization"), header("x-request-id")), (token.clone(), "req_of_the_client".to_owned()));
            assert_eq!(header("gateway-authorization"), format!("Bearer {SECRET}"));
        }
    }

    async fn many_orders_ask_for_their_customers_once(app: TestApp) {
        let admin = app.admin().await;
        let mut customers = Vec::new();
        for name in ["ada", "bob", "eve", "kim", "lou"] {
            customers.push(app.customer(name).await);
        }
        for customer in &customers {
            address::address(&app, &admin, address::german(json!({ "customerId": customer.id(), "isDefaultShipping": true }))).await;
        }
        let ids: Vec<String> = (0..40).map(|number| format!("order-{number}")).collect();
        let orders: Vec<(&str, Option<&str>)> = ids.iter().enumerate().map(|(number, id)| (id.as_str(), Some(customers[number % 5].id()))).collect();
        let Some(gateway) = Gateway::start(&app, &orders).await else { return };
        let all = query("orders-to-pack.graphql").replace("first: 3", "first: 40");
        let answer = gateway.ask(&admin, &all).await;
        let rows = answer["data"]["ordersToPack"].as_array().unwrap();
        assert_eq!(rows.len(), 40, "{answer:#}");
        for (number, row) in rows.iter().enumerate() {
            assert_eq!(row["customer"]["displayName"], customers[number % 5].name, "{row:#}");
            assert_eq!(row["customer"]["defaultShippingAddress"]["formatted"][1], "Hauptstraße 1", "{row:#}");
        }
        let seen = gateway.recorder.take();
        assert_eq!(seen.len(), 1, "{seen:#?}");
        assert!(seen[0].query.contains("_entities"), "{seen:#?}");
    }

    async fn nobody_sees_more_through_the_gateway_than_without(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let orders = [("one", Some(ada.id())), ("two", Some(bob.id())), ("three", Some("cus_01ARZ3NDEKTSV4RRFFQ69G5FAV")), ("four", None)];
        let Some(gateway) = Gateway::start(&app, &orders).await else { return };
        let names = "{ ordersToPack { customer { displayName email } } }";
        for (persona, expected) in [
            (&admin, [Some("ada"), Some("bob"), None, None]),
            (&ada, [Some("ada"), None, None, None]),
            (&bob, [None, Some("bob"), None, None]),
            (&Persona::anonymous(), [None; 4]),
        ] {
            let answer = gateway.ask(persona, names).await;
            let rows = answer["data"]["ordersToPack"].as_array().unwrap();
            let found: Vec<Option<&str>> = rows.iter().map(|row| row["customer"]["displayName"].as_str()).collect();
            assert_eq!(found, expected, "{}: {answer:#}", persona.name);
            for other in ["ada", "bob"] {
                let is_shown = expected.contains(&Some(other));
                assert_eq!(answer.to_string().contains(&format!("{other}@example.com")), is_shown, "{}: {answer:#}", persona.name);
            }
        }
        for hidden in ["{ _service { sdl } }", "{ _entities(representations: []) { __typename } }"] {
            let answer = gateway.ask(&admin, hidden).await;
            assert!(answer["errors"].is_array() && answer["data"].is_null(), "{answer:#}");
        }
        let answer = gateway.ask(&bob, "mutation { customerCreate(input: {}) { customer { id } } }").await;
        assert!(answer["errors"].is_array(), "{answer:#}");
        assert_eq!(app.count("customer").await, 2);
    }

    async fn of_an_erased_customer_nothing_is_left_and_the_others_are_answered(app: TestApp) {
        let (admin, ada, bob) = (app.admin().await, app.customer("ada").await, app.customer("bob").await);
        let erase = "mutation($id: ID!) { customerDelete(input: { id: $id, confirmEmail: \"ada@example.com\" }) { deletedCustomerId } }";
        assert_eq!(app.ask(&admin, erase, json!({ "id": ada.id() })).await.data()["customerDelete"]["deletedCustomerId"], ada.id());
        let Some(gateway) = Gateway::start(&app, &[("one", Some(ada.id())), ("two", Some(bob.id()))]).await else { return };
        // The other service still says that somebody ordered. Whoever that was, all that we knew of them is null.
        let answer = gateway.ask(&admin, "{ ordersToPack { id customer { id email firstName } } }").await;
        assert_eq!(answer, json!({ "data": { "ordersToPack": [
            { "id": "one", "customer": { "id": ada.id(), "email": null, "firstName": null } },
            { "id": "two", "customer": { "id": bob.id(), "email": "bob@example.com", "firstName": "bob" } },
        ] } }));
        // Whoever asks for something that every customer has is told that there is no customer.
        let answer = gateway.ask(&admin, "{ ordersToPack { id customer { id email createdAt } } }").await;
        let orders = &answer["data"]["ordersToPack"];
        assert_eq!((&orders[0]["id"], &orders[0]["customer"]), (&json!("one"), &Value::Null), "{answer:#}");
        assert_eq!(orders[1]["customer"]["email"], "bob@example.com", "{answer:#}");
        let here = app.ask(&admin, "query($id: ID!) { customer(id: $id) { id } }", json!({ "id": ada.id() })).await;
        assert_eq!(here.data()["customer"], Value::Null, "without a gateway in between, nobody is there");
    }

    async fn a_gateway_without_the_credential_does_not_start(app: TestApp) {
        let customers = format!("{}/graphql", app.url);
        let orders = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/gateway/orders.json");
        let Some(mut command) = command(&customers, orders).await else { return };
        command.env("GATEWAY_SECRET", "wrong");
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("_service and _entities are for the federation gateway"), "{told}");
    }
}

#[tokio::test]
async fn the_answers_in_its_readme_are_those_of_the_demo() {
    let app = TestApp::on_sqlite().await;
    demo::fill(&app.app.parts.database, demo::SEED, 1_000, |_| ())
        .await
        .unwrap();
    let call = app.system();
    let log_ins = demo::log_ins(&call, demo::SEED, 1_000).await.unwrap();
    let orders = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/gateway/orders.json");
    let Some(gateway) = Gateway::start_with(&app, orders).await else {
        return;
    };
    let customer = Persona::bearer("customer", log_ins.customers[0].token(&call).unwrap().expose_secret());
    let key = Persona::bearer("key", log_ins.admin_key.expose_secret());
    let readme = query("README.md");
    let mut answers = readme.split("```json\n").skip(1).map(|block| {
        let block = block.split("```").next().unwrap();
        serde_json::from_str::<Value>(block).unwrap()
    });
    for (persona, file) in [(&customer, "both-ways.graphql"), (&key, "orders-to-pack.graphql")] {
        assert!(readme.contains(file), "{file}");
        assert_eq!(
            gateway.ask(persona, &query(file)).await,
            answers.next().unwrap(),
            "{file}"
        );
    }
    assert_eq!(answers.next(), None);
}
