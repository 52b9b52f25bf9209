//! A million orders of a hundred thousand customers: how their pages and sums are found, and how long that takes.
//!
//! ```sh
//! cargo run --release --example order_history -- postgres://postgres@localhost/order_history
//! ```
//!
//! Takes an empty PostgreSQL database and a user who may load `auto_explain`, which is part of PostgreSQL: the plans that
//! are shown are those of the statements that the service sent, with its own parameters. Then the same is asked again
//! and again, over HTTP on loopback, and the medians are shown. Run it where nothing else runs.
#![allow(clippy::print_stdout, reason = "this is what the example is for")]

use std::{
    error::Error,
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use customer_graph::{
    app::{App, AppParts, MailParts, TrustedParts},
    auth::{
        API_KEY_PREFIX, AccountPolicy, Hooks, Passkeys, PasswordPolicy, Permissions, SigningKeys, TokenSettings,
        provider::Providers, secret_hash,
    },
    background::{Mailbox, Transport},
    config::{FirewallConfig, Limits, WebhooksConfig},
    features::{job::JobHandlers, order::recount},
    http::HttpSettings,
    migrate,
    work::{Clock, Database, DatabaseSettings, Ids, SystemClock},
};
use entity::api_key;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing_subscriber::{Layer, filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt};

type Outcome<T> = Result<T, Box<dyn Error>>;

const CUSTOMERS: u32 = 100_000;
const ORDERS: u32 = 1_000_000;

/// The customer who has ten thousand orders; the others have about ten.
const BUSIEST: &str = "01900000000070008000000000000000";

const FILL: [&str; 4] = [
    "insert into customer (id, email, email_normalized, external_id, metadata, private_metadata, created_at, updated_at)
    select ('0190000000007000800' || lpad(to_hex(n), 13, '0'))::uuid, 'customer' || n || '@example.com', 'customer' || n || '@example.com',
        'C' || n, '{}', '{}', timestamptz '2020-01-01' + n * interval '10 minutes', timestamptz '2020-01-01' + n * interval '10 minutes'
    from generate_series(0, $CUSTOMERS - 1) as n",
    // Every hundredth order is one of the busiest customer; a prime spreads the others.
    "insert into order_link (id, source, order_id, display_id, customer_id, email, email_normalized, status, payment_status,
        total_amount, currency_code, placed_at, source_updated_at, created_at, updated_at, is_canceled)
    select ('0191000000007000800' || lpad(to_hex(n), 13, '0'))::uuid, 'shop', n::text, '#' || n,
        ('0190000000007000800' || lpad(to_hex(c), 13, '0'))::uuid, 'customer' || c || '@example.com', 'customer' || c || '@example.com',
        case when n % 25 = 0 then 'canceled' else 'completed' end, 'paid', 100 + n * 7919 % 20000,
        case when n % 10 = 0 then 'USD' else 'EUR' end, at, at, at, at, n % 25 = 0
    from (
        select n, case when n % 100 = 0 then 0 else n * 7919 % $CUSTOMERS end as c,
            timestamptz '2020-01-01' + n * interval '3 minutes' as at
        from generate_series(0::bigint, $ORDERS - 1) as n
    ) as orders",
    "insert into order_activity (id, order_link_id, customer_id, kind, external_id, status, is_void, amount, currency_code,
        occurred_at, source_updated_at, created_at, updated_at)
    select ('0192' || substr(id::text, 5))::uuid, id, customer_id, 'REFUND', order_id, 'succeeded', false, total_amount / 2,
        currency_code, placed_at + interval '5 days', placed_at, placed_at, placed_at
    from order_link where order_id like '%3'",
    "insert into order_activity (id, order_link_id, customer_id, kind, external_id, status, is_void,
        occurred_at, source_updated_at, created_at, updated_at)
    select ('0193' || substr(id::text, 5))::uuid, id, customer_id, 'RETURN', order_id, 'received', false,
        placed_at + interval '4 days', placed_at, placed_at, placed_at
    from order_link where order_id like '%3'",
];

/// What `auto_explain` tells, statement by statement.
#[derive(Clone, Debug, Default)]
struct Plans(Arc<Mutex<Vec<String>>>);

impl Plans {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: tracing::Subscriber> Layer<S> for Plans {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        struct Message(String);
        impl Visit for Message {
            fn record_str(&mut self, field: &Field, value: &str) {
                if field.name() == "message" {
                    value.clone_into(&mut self.0);
                }
            }

            fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
                if field.name() == "message" {
                    self.0 = format!("{value:?}");
                }
            }
        }
        if event.metadata().target() == "sqlx::postgres::notice" {
            let mut message = Message(String::new());
            event.record(&mut message);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(message.0);
        }
    }
}

/// The service on a database, and somebody who may see everything.
struct Service {
    url: String,
    key: String,
    client: reqwest::Client,
}

impl Service {
    async fn start(database: Database) -> Outcome<Self> {
        let clock = SystemClock;
        let key = format!("{API_KEY_PREFIX}{}", Ids::default().token());
        let now = clock.now();
        let row = api_key::Model {
            id: Ids::default().next(now),
            name: "order history".to_owned(),
            secret_hash: secret_hash(&key),
            secret_hint: "…".to_owned(),
            permissions: serde_json::to_value(Permissions::all())?,
            created_by: None,
            created_at: now,
            expires_at: None,
            revoked_at: None,
            kind: api_key::Kind::Secret,
            channel_id: None,
            previous_secret_hash: None,
            previous_expires_at: None,
            last_used_at: Some(now),
        };
        api_key::Entity::insert(row.into_active_model())
            .exec_without_returning(database.for_migration())
            .await?;
        let app = App::new(AppParts {
            database,
            clock: Arc::new(clock),
            limits: Limits::default(),
            firewall: FirewallConfig::default(),
            trusted_documents: TrustedParts::default(),
            keys: SigningKeys::from_pem(&SigningKeys::generate()?, &[])?,
            encryption_key: None,
            tokens: TokenSettings::default(),
            password_policy: PasswordPolicy::default(),
            accounts: AccountPolicy::default(),
            mail: MailParts::built_in(Transport::Mailbox(Mailbox::default()))?,
            providers: Providers::default(),
            hooks: Hooks::default(),
            allow_private_hooks: false,
            jobs: JobHandlers::default(),
            webhooks: WebhooksConfig::default(),
            sinks: Vec::new(),
            passkeys: Passkeys::default(),
            http: HttpSettings::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/graphql", listener.local_addr()?);
        let router = app.router.clone();
        tokio::spawn(
            async move { axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await },
        );
        Ok(Self {
            url,
            key,
            client: reqwest::Client::builder().no_proxy().build()?,
        })
    }

    async fn ask(&self, query: &str, variables: &Value) -> Outcome<Value> {
        let request = self.client.post(&self.url).bearer_auth(&self.key);
        let request = request
            .header("graphql-cost", "1")
            .json(&json!({ "query": query, "variables": variables }));
        let answer: Value = request.send().await?.json().await?;
        if answer.get("errors").is_some() {
            return Err(format!("{answer:#}").into());
        }
        Ok(answer)
    }
}

async fn connect(url: String) -> Outcome<Database> {
    let settings = DatabaseSettings {
        url: url.into(),
        connections: 4,
        acquire_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(600),
    };
    Ok(Database::connect(&settings).await?)
}

/// The same database, with every statement explained to whoever sent it.
fn explaining(url: &str) -> String {
    let settings = [
        "session_preload_libraries=auto_explain",
        "auto_explain.log_min_duration=0",
        "auto_explain.log_analyze=on",
        "auto_explain.log_buffers=on",
        "client_min_messages=log",
    ];
    let options: Vec<String> = settings.iter().map(|setting| format!("-c {setting}")).collect();
    let encoded: String = url::form_urlencoded::byte_serialize(options.join(" ").as_bytes()).collect();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}options={}", encoded.replace('+', "%20"))
}

async fn fill(database: &Database) -> Outcome<()> {
    let db = database.for_migration();
    for statement in FILL {
        let began = Instant::now();
        let sql = statement
            .replace("$CUSTOMERS", &CUSTOMERS.to_string())
            .replace("$ORDERS", &ORDERS.to_string());
        let rows = db.execute_unprepared(&sql).await?.rows_affected();
        println!("{rows:>9} rows in {:.1?}", began.elapsed());
    }
    let began = Instant::now();
    recount(db).await?;
    println!("          added up in {:.1?}", began.elapsed());
    db.execute_unprepared("analyze").await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let url = std::env::args()
        .nth(1)
        .ok_or("Give the URL of an empty PostgreSQL database.")?;
    let plans = Plans::default();
    tracing_subscriber::registry()
        .with(plans.clone().with_filter(LevelFilter::TRACE))
        .init();
    let database = connect(url.clone()).await?;
    migrate::up(&database).await?;
    fill(&database).await?;
    let busiest = entity::id::format("cus", BUSIEST.parse()?);
    let page = "orders(first: 20) { nodes { id orderId status placedAt total { amount currencyCode } } pageInfo { hasNextPage } }";
    let stats = "orderStats { orderCount returnRate byCurrency { currencyCode spent { amount } average { amount } refunded { amount } } }";
    let asked = [
        (
            "the first page of one customer's orders",
            format!("query($id: ID!) {{ customer(id: $id) {{ {page} }} }}"),
            json!({ "id": busiest }),
        ),
        (
            "the first page of the orders of 50 customers",
            format!("{{ customers(first: 50) {{ nodes {{ id {page} }} }} }}"),
            json!({}),
        ),
        (
            "the orders of 50 customers, added up",
            format!("{{ customers(first: 50) {{ nodes {{ id {stats} }} }} }}"),
            json!({}),
        ),
    ];
    let explained = Service::start(connect(explaining(&url)).await?).await?;
    for (name, query, variables) in &asked {
        // Once to warm up, which counts among the plans, too.
        explained.ask(query, variables).await?;
        plans.take();
        let answer = explained.ask(query, variables).await?;
        println!("\n== {name}: {} statements", answer["extensions"]["cost"]["statements"]);
        for plan in plans.take().iter().filter(|plan| plan.contains("\"order_")) {
            println!("{plan}");
        }
    }
    let service = Service::start(database).await?;
    println!();
    for (name, query, variables) in &asked {
        let mut taken = Vec::new();
        for _ in 0..300 {
            let began = Instant::now();
            service.ask(query, variables).await?;
            taken.push(began.elapsed());
        }
        taken.sort_unstable();
        println!(
            "{name:<48} median {:>8.2?}, 99 of 100 within {:>8.2?}",
            taken[150], taken[297]
        );
    }
    Ok(())
}
