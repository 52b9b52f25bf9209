//! `demo`: look around, on made-up customers.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Args;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use secrecy::ExposeSecret;

use super::{Failure, connect, say, serve, system};
use crate::{
    app::{App, AppParts},
    auth::Verification,
    background::{Mailbox, Transport},
    config::{Config, DatabaseUrl, Introspection, PasskeyConfig, QueryPage, SigningKeyPem},
    demo::{self, LogIns, PASSWORD, STAFF},
    http::page::{Page, PageOffer, PagePersona, PageTokens},
    migrate,
    work::Call,
};

/// For how long the tokens of customers are valid: as long as any may be.
const TOKEN_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// After what time the query page gets new ones.
const RENEWAL: Duration = Duration::from_secs(45 * 60);

/// Look around, on made-up customers
///
/// Makes a database, fills it with customers who do not exist, lets a few of them log in, prints how, and serves the
/// API with a query page on http://127.0.0.1:4000, to this machine alone.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  customer-graph demo
  customer-graph demo --customers 100000 --port 4001
  customer-graph demo --database shop.sqlite --keep        go on with what is there

  customer-graph demo --customers 100000 --no-serve \\
    --database-url postgres://user:password@localhost/load_test")]
pub(super) struct Demo {
    /// How many customers to make up
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    customers: u32,
    /// The port to serve on
    #[arg(long, default_value_t = 4_000)]
    port: u16,
    /// The SQLite file, made anew [default: in the system's folder for temporary files]
    #[arg(long, value_name = "PATH")]
    database: Option<PathBuf>,
    /// An empty PostgreSQL database to fill instead, for load tests
    #[arg(long, value_name = "URL", conflicts_with = "database")]
    database_url: Option<String>,
    /// Go on with the database as it is, if there is one
    #[arg(long)]
    keep: bool,
    /// Fill the database, print how to log in, and end
    #[arg(long)]
    no_serve: bool,
}

impl Demo {
    pub(super) async fn run(self, mut config: Config) -> Result<(), Failure> {
        config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        config.server.compression = false;
        config.graphql.introspection = Introspection::Filtered;
        config.graphql.query_page = QueryPage::Everybody;
        config.auth.access_token_lifetime = TOKEN_LIFETIME;
        // The port comes first: what is served there now may be using the database.
        let listener = if self.no_serve {
            None
        } else {
            Some(serve::listen(&config.server, &format!("--port {}", self.port.wrapping_add(1))).await?)
        };
        config.database.url = self.database_url()?;
        if let (Some(file), false) = (config.database.url.sqlite_path(), self.keep) {
            remove(&file)?;
        }
        let database = connect(&config).await?;
        migrate::up(&database).await?;
        let keys = SigningKeyPem::create().map_err(Failure::Fault)?.keys()?;
        config.auth.email_verification = Verification::Optional;
        // Browsers have passkeys for names, and not for 127.0.0.1.
        config.passkey = PasskeyConfig {
            relying_party_id: Some("localhost".to_owned()),
            origins: vec![format!("http://localhost:{}", config.server.listen.port())],
            ..config.passkey
        };
        let mut parts = AppParts::configured(&config, database, keys)?;
        parts.http.open_to_gateways = true;
        parts.webhooks.allow_private_network = true;
        parts.allow_private_hooks = true;
        parts.mail.transport = Transport::Mailbox(Mailbox::default());
        let app = App::new(parts);
        self.fill(&app).await?;
        let call = system::call(&app);
        let log_ins = demo::log_ins(&call, demo::SEED, self.customers as usize).await?;
        let address = listener.as_ref().map(tokio::net::TcpListener::local_addr).transpose()?;
        introduce(&call, &log_ins, address, &config.database.url)?;
        let Some(listener) = listener else {
            return Ok(app.parts.database.close().await?);
        };
        offer(&app.page, &call, &log_ins)?;
        let page = app.page.clone();
        let renewing = tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEWAL).await;
                if offer(&page, &call, &log_ins).is_err() {
                    return;
                }
            }
        });
        let served = serve::serve(listener, app, &config.server).await;
        renewing.abort();
        served
    }

    fn database_url(&self) -> Result<DatabaseUrl, Failure> {
        if let Some(url) = &self.database_url {
            return DatabaseUrl::parse(url).map_err(|message| Failure::Usage(format!("--database-url {message}")));
        }
        let file = match &self.database {
            Some(file) => file.clone(),
            // One for each port, so that two demonstrations do not take each other's.
            None => std::env::temp_dir().join(format!("customer-graph-demo-{}/demo.sqlite", self.port)),
        };
        Ok(DatabaseUrl::sqlite_file(&file))
    }

    async fn fill(&self, app: &App) -> Result<(), Failure> {
        let bar = ProgressBar::new(u64::from(self.customers)).with_style(
            ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}, {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_message("Making up customers");
        let began = Instant::now();
        let filled = demo::fill(&app.parts.database, demo::SEED, self.customers as usize, |customers| {
            bar.set_position(customers as u64);
        })
        .await;
        bar.finish_and_clear();
        let filled = match filled {
            Err(demo::FillError::NotEmpty) if self.keep => return Ok(()),
            other => other.map_err(Failure::fault)?,
        };
        let count = |rows: usize| HumanCount(rows as u64);
        say(format_args!(
            "Made up {} customers with {} addresses, {} orders and {} organizations in {:.1} s.\n",
            count(filled.customers),
            count(filled.addresses),
            count(filled.orders),
            count(filled.organizations),
            began.elapsed().as_secs_f64(),
        ))
    }
}

/// Says how to log in.
fn introduce(
    call: &Call,
    log_ins: &LogIns,
    address: Option<SocketAddr>,
    database: &DatabaseUrl,
) -> Result<(), Failure> {
    if let Some(address) = address {
        say(format_args!("Query page     http://{address}/"))?;
        say(format_args!("API            http://{address}/graphql"))?;
        say(format_args!("Mailbox        http://{address}/mailbox"))?;
    }
    say(format_args!("Database       {database}"))?;
    say(format_args!("\nBack office    {}", log_ins.admin_key.expose_secret()))?;
    say(format_args!("Analyst        {}", log_ins.analyst_key.expose_secret()))?;
    for (person, title) in STAFF.iter().zip(["Staff user", "", ""]) {
        say(format_args!(
            "{title:<14} {}, password {PASSWORD} ({})",
            person.email, person.about
        ))?;
    }
    if !log_ins.customers.is_empty() {
        say(format_args!(
            "\nCustomers, password {PASSWORD}; tokens are valid for an hour:"
        ))?;
    }
    for customer in &log_ins.customers {
        say(format_args!(
            "  {}, {} ({})",
            customer.name, customer.email, customer.id
        ))?;
        if address.is_some() {
            say(format_args!("  {}", customer.token(call)?.expose_secret()))?;
        }
    }
    if let Some(address) = address {
        say(format_args!(
            "\nTry it:\n  curl http://{address}/graphql -H 'content-type: application/json' \\\n    \
             -H 'authorization: Bearer {}' \\\n    \
             -d '{{\"query\":\"{{ customers(first: 3) {{ nodes {{ displayName email }} }} }}\"}}'\n\n\
             Ctrl-C ends it.",
            log_ins.analyst_key.expose_secret(),
        ))?;
    }
    Ok(())
}

/// Offers those who can log in on the query page.
fn offer(page: &Page, call: &Arc<Call>, log_ins: &LogIns) -> Result<(), Failure> {
    let first = log_ins.customers.first();
    let tokens = PageTokens {
        storefront: first.map(|customer| customer.token(call)).transpose()?,
        back_office: Some(log_ins.admin_key.clone()),
        analyst: Some(log_ins.analyst_key.clone()),
    };
    let staff = STAFF.iter().map(|person| PagePersona {
        name: person.name.to_owned(),
        about: person.about.to_owned(),
        is_staff: true,
        email: person.email.to_owned(),
        password: PASSWORD.into(),
    });
    let customer = first.map(|customer| PagePersona {
        name: customer.name.clone(),
        about: "A customer, who sees nothing but their own".to_owned(),
        is_staff: false,
        email: customer.email.clone(),
        password: PASSWORD.into(),
    });
    page.offer(&PageOffer {
        tokens,
        personas: staff.chain(customer).collect(),
    });
    Ok(())
}

/// Removes a SQLite database with the files that belong to it. Nothing else is ever removed: a file that does not
/// begin as such databases do stays.
fn remove(file: &Path) -> Result<(), Failure> {
    use std::io::Read;
    let mut head = Vec::new();
    match std::fs::File::open(file) {
        Ok(open) => open.take(16).read_to_end(&mut head)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(Failure::Fault(format!(
                "{} cannot be replaced: {error}.",
                file.display()
            )));
        }
    };
    if !head.is_empty() && head != b"SQLite format 3\0" {
        let shown = file.display();
        return Err(Failure::Fault(format!(
            "{shown} is not a SQLite database; it was left alone."
        )));
    }
    for ending in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(ending);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
