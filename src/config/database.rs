//! Where the data is.

use std::{fmt, path::PathBuf, time::Duration};

use secrecy::{ExposeSecret, SecretString};

use super::{reader::Reader, section, setting::Setting};
use crate::work::DatabaseSettings;

section! {
    /// Where the data is.
    DatabaseConfig in "database" {
        /// `sqlite://path/to/file` (made when it is absent) or `postgres://user:password@host/database`.
        url: DatabaseUrl = DatabaseUrl("sqlite://customer-graph.sqlite".to_owned().into()),
        /// How many connections may be open at once.
        connections: u32 = 10,
        /// How long an operation waits for a free connection.
        acquire_timeout: Duration = Duration::from_secs(5),
        /// How long PostgreSQL may work on one statement.
        statement_timeout: Duration = Duration::from_secs(20),
    }
}

impl DatabaseConfig {
    pub(super) fn check(&self, reader: &mut Reader) {
        let message = "must be at least 1.";
        reader.require(self.connections > 0, "database", "connections", message);
    }

    /// What a connection needs.
    #[must_use]
    pub fn settings(&self) -> DatabaseSettings {
        DatabaseSettings {
            url: self.url.0.clone(),
            connections: self.connections,
            acquire_timeout: self.acquire_timeout,
            statement_timeout: self.statement_timeout,
        }
    }
}

/// The address of a database. It may hold a password, which is never printed.
#[derive(Clone, Debug)]
pub struct DatabaseUrl(SecretString);

impl DatabaseUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// A sentence that says what it must be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Self(text.to_owned().into());
        if is_postgres(text) || url.sqlite_path().is_some() {
            return Ok(url);
        }
        if text.starts_with("sqlite:") {
            return Err("must name a file, such as sqlite://customer-graph.sqlite.".to_owned());
        }
        Err("must begin with sqlite:// or postgres://.".to_owned())
    }

    /// The SQLite file at this path.
    #[must_use]
    pub fn sqlite_file(path: &std::path::Path) -> Self {
        Self(format!("sqlite://{}", path.display()).into())
    }

    /// The file of a SQLite database.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<PathBuf> {
        crate::work::sqlite_path(self.0.expose_secret())
    }

    /// Whether it is a PostgreSQL server on another machine, spoken to without encryption.
    pub(super) fn is_unprotected(&self) -> bool {
        let url = self.0.expose_secret();
        let Some((_, rest)) = url.split_once("://").filter(|_| is_postgres(url)) else {
            return false;
        };
        let query = rest.split_once('?').map_or("", |(_, query)| query);
        let parameter = |names: &[&str]| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .filter(|(name, _)| names.contains(name))
                .map(|(_, value)| value)
                .next_back()
        };
        let host = parameter(&["host", "hostaddr"]).unwrap_or_else(|| host(rest));
        let near = host.is_empty()
            || host == "localhost"
            || host.starts_with("127.")
            || host.starts_with("[::1]")
            || host.starts_with('/')
            || host.to_ascii_lowercase().starts_with("%2f");
        !near && parameter(&["sslmode", "ssl-mode"]) == Some("disable")
    }
}

/// The address without user, password and parameters.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.0.expose_secret();
        match url.split_once("://").filter(|_| is_postgres(url)) {
            Some((_, rest)) => {
                let rest = rest.split('?').next().unwrap_or_default();
                write!(formatter, "postgres://{}", rest.rsplit('@').next().unwrap_or_default())
            }
            None => formatter.write_str(url.split('?').next().unwrap_or_default()),
        }
    }
}

impl Setting for DatabaseUrl {
    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The host in what follows the scheme.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.starts_with('[') {
        host
    } else {
        host.split(':').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_credentials() {
        for (url, shown) in [
            ("sqlite://some/file.sqlite?mode=rwc", "sqlite://some/file.sqlite"),
            (
                "postgres://me:hush@db.test:5432/shop?password=hush",
                "postgres://db.test:5432/shop",
            ),
            ("postgresql://me:h@sh@db.test/shop", "postgres://db.test/shop"),
            ("postgres:///shop?host=/run/postgresql", "postgres:///shop"),
        ] {
            let url = DatabaseUrl::parse(url).unwrap();
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("hush"));
        }
    }

    #[test]
    fn an_address_must_be_one_of_a_known_kind() {
        for url in [
            "mysql://db.test/shop",
            "customer.sqlite",
            "sqlite::memory:",
            "sqlite://",
            "postgres:shop",
        ] {
            assert!(DatabaseUrl::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn encryption_may_be_off_on_this_machine_alone() {
        for (url, unprotected) in [
            ("postgres://db.test/shop?sslmode=disable", true),
            ("postgres://me:hush@10.0.0.7:5432/shop?a=b&sslmode=disable", true),
            ("postgres:///shop?host=db.test&sslmode=disable", true),
            ("postgres://db.test/shop", false),
            ("postgres://db.test/shop?sslmode=verify-full", false),
            ("postgres://localhost/shop?sslmode=disable", false),
            ("postgres://me@127.0.0.1:5433/shop?sslmode=disable", false),
            ("postgres://[::1]:5433/shop?sslmode=disable", false),
            ("postgres:///shop?host=/run/postgresql&sslmode=disable", false),
            ("sqlite://shop?sslmode=disable", false),
        ] {
            assert_eq!(DatabaseUrl::parse(url).unwrap().is_unprotected(), unprotected, "{url}");
        }
    }
}
