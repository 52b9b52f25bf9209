//! Requests that this service sends to others, whom it trusts no further than it must.
//!
//! An answer may be 64 kilobytes and take five seconds, redirects are not followed, and addresses of private networks
//! are refused, however they are written and whatever a name resolves to, unless the deployment allows them. Only so
//! many requests to the same party are under way at once: one that hangs holds up nobody else.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, LazyLock},
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::http::{self, Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use tokio::{sync::Semaphore, time::Instant};
use tower_service::Service;
use url::{Host, Url};

/// The largest answer that is read, in bytes.
pub const LARGEST_ANSWER: usize = 64 * 1_024;

/// For how long an answer is waited for, unless somebody waits less.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How many requests to one party may be under way at once.
const AT_ONCE: usize = 32;

/// Why there is no answer. Nothing of the request is said: it may hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// Requests may not be sent there.
    #[error("requests may not be sent to this address")]
    Forbidden,
    /// Nobody answered, or not in time, or the connection broke.
    #[error("no answer")]
    NoAnswer,
    /// The answer is too large.
    #[error("the answer is too large")]
    TooLarge,
    /// Too many requests to the same party are under way.
    #[error("too many requests are under way")]
    Busy,
}

/// Sends requests to one party.
#[derive(Clone)]
pub struct Outbound {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    allows_private: bool,
    patience: Duration,
    under_way: Arc<Semaphore>,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Outbound").finish_non_exhaustive()
    }
}

impl Outbound {
    /// Requests to a party that may or may not be in a private network, each with this much time.
    #[must_use]
    pub fn new(allows_private: bool, patience: Duration) -> Self {
        Self::with(allows_private, patience, AT_ONCE, 4)
    }

    /// Requests to many parties, each with this much time: so many may be under way at once, and so many connections to
    /// each party are kept open.
    #[must_use]
    pub fn to_many(allows_private: bool, patience: Duration, at_once: usize, kept_open: usize) -> Self {
        Self::with(allows_private, patience, at_once, kept_open)
    }

    fn with(allows_private: bool, patience: Duration, at_once: usize, kept_open: usize) -> Self {
        let mut connector = HttpConnector::new_with_resolver(Resolver { allows_private });
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(patience));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(TLS.clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Self {
            client: Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(kept_open)
                .build(connector),
            allows_private,
            patience,
            under_way: Arc::new(Semaphore::new(at_once)),
        }
    }

    /// Whether private networks are allowed, and http.
    #[must_use]
    pub fn allows_private(&self) -> bool {
        self.allows_private
    }

    /// Sends a request and reads the answer to its end.
    ///
    /// # Errors
    /// When there is no answer, or too much of one.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutboundError> {
        if !is_http_url(&request.uri().to_string(), self.allows_private) {
            return Err(OutboundError::Forbidden);
        }
        let _slot = self.under_way.try_acquire().map_err(|_| OutboundError::Busy)?;
        tokio::time::timeout(self.patience, self.exchange(named(request)))
            .await
            .unwrap_or(Err(OutboundError::NoAnswer))
    }

    /// Tells somebody something, at an address that was typed in while the service runs ([`is_internet_url`]): of the
    /// answer the head alone counts. What follows it is read, within the same bounds, so that the connection can be used
    /// again.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn tell(&self, request: Request<Vec<u8>>) -> Result<http::response::Parts, OutboundError> {
        if !is_internet_url(&request.uri().to_string(), self.allows_private) {
            return Err(OutboundError::Forbidden);
        }
        let _slot = self.under_way.try_acquire().map_err(|_| OutboundError::Busy)?;
        let deadline = Instant::now() + self.patience;
        let answer = tokio::time::timeout_at(deadline, self.client.request(named(request))).await;
        let Ok(Ok(answer)) = answer else {
            return Err(OutboundError::NoAnswer);
        };
        let (head, body) = answer.into_parts();
        // Whatever comes of it, and if nothing does: the connection is closed then.
        let _ = tokio::time::timeout_at(deadline, Limited::new(body, LARGEST_ANSWER).collect()).await;
        Ok(head)
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Response<Vec<u8>>, OutboundError> {
        let answer = self
            .client
            .request(request)
            .await
            .map_err(|_| OutboundError::NoAnswer)?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                OutboundError::TooLarge
            } else {
                OutboundError::NoAnswer
            }
        })?;
        Ok(Response::from_parts(parts, body.to_bytes().to_vec()))
    }

    /// Sends a JSON body that is signed, and answers the JSON of an answer that says 200.
    ///
    /// The header `customer-graph-timestamp` holds the time in seconds, and `customer-graph-signature` is `v1=` and the
    /// hexadecimal HMAC-SHA256 of the timestamp, a full stop and the body.
    ///
    /// # Errors
    /// As [`Self::send`]; another status or another body counts as no answer.
    pub async fn post_signed(
        &self,
        url: &str,
        secret: &SecretString,
        timestamp: i64,
        body: &serde_json::Value,
    ) -> Result<serde_json::Value, OutboundError> {
        let body = body.to_string();
        let request = Request::post(url)
            .header(http::header::CONTENT_TYPE, "application/json")
            .header(http::header::ACCEPT, "application/json")
            .header("customer-graph-timestamp", timestamp)
            .header("customer-graph-signature", signature(secret, timestamp, &body))
            .body(body.into_bytes())
            .map_err(|_| OutboundError::Forbidden)?;
        let answer = self.send(request).await?;
        if answer.status() != http::StatusCode::OK {
            return Err(OutboundError::NoAnswer);
        }
        serde_json::from_slice(answer.body()).map_err(|_| OutboundError::NoAnswer)
    }
}

/// The request in our name.
fn named(request: Request<Vec<u8>>) -> Request<Full<Bytes>> {
    let mut request = request.map(|body| Full::new(Bytes::from(body)));
    let name = http::HeaderValue::from_static("customer-graph");
    request.headers_mut().insert(http::header::USER_AGENT, name);
    request
}

/// What signs a body, as a header holds it.
#[must_use]
pub fn signature(secret: &SecretString, timestamp: i64, body: &str) -> String {
    let digest: [u8; 32] = match Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) {
        Ok(mut mac) => {
            mac.update(format!("{timestamp}.{body}").as_bytes());
            mac.finalize().into_bytes().into()
        }
        Err(_) => unreachable!("HMAC takes keys of any length"),
    };
    format!("v1={}", crate::text::hexadecimal(&digest))
}

/// Whether requests may be sent to this address, and browsers: https, without a user; in a private network, and with
/// http, only where that is allowed. A name is looked at again when it is resolved.
#[must_use]
pub fn is_http_url(url: &str, allows_private: bool) -> bool {
    let Ok(parsed) = Url::parse(url) else { return false };
    let is_scheme = parsed.scheme() == "https" || (allows_private && parsed.scheme() == "http");
    let is_host = match parsed.host() {
        Some(Host::Domain(_)) => true,
        Some(Host::Ipv4(address)) => allows_private || is_public(address.into()),
        Some(Host::Ipv6(address)) => allows_private || is_public(address.into()),
        None => false,
    };
    is_scheme && is_host && parsed.username().is_empty() && parsed.password().is_none() && parsed.fragment().is_none()
}

/// The last parts of names that are not names of the internet.
const INSIDE: [&str; 10] = [
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "private",
];

/// Whether requests may be sent to an address that somebody types in while the service runs: as [`is_http_url`], and
/// where private networks are not allowed only at a whole name of the internet and at the usual port.
#[must_use]
pub fn is_internet_url(url: &str, allows_private: bool) -> bool {
    if !is_http_url(url, allows_private) {
        return false;
    }
    let Ok(parsed) = Url::parse(url) else { return false };
    let is_whole = match parsed.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            name.rsplit_once('.').is_some_and(|(_, last)| !INSIDE.contains(&last))
        }
        _ => true,
    };
    // What a request cannot be made of would fail each time.
    url.parse::<http::Uri>().is_ok() && (allows_private || (is_whole && parsed.port().is_none()))
}

/// Whether an address is on the internet, and not in a network of somebody's own or set apart for something.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second))
        || (first == 192 && second == 0 && third == 0)
        || (first == 192 && second == 88 && third == 99)
        || (first == 198 && (second == 18 || second == 19)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Only 2000::/3 is on the internet, and of that not what carries an IPv4 address along or is for documents.
    let [first, second, ..] = address.segments();
    (first & 0xe000) == 0x2000
        && first != 0x2002
        && !(first == 0x2001 && second < 0x200)
        && !(first == 0x2001 && second == 0xdb8)
        && first != 0x3fff
}

/// Resolves names, to public addresses alone unless others are allowed.
#[derive(Clone, Copy, Debug)]
struct Resolver {
    allows_private: bool,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let allows_private = self.allows_private;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await?
                .filter(|address| allows_private || is_public(address.ip()))
                .collect();
            Ok(found.into_iter())
        })
    }
}

/// The machine's own list of authorities, read once.
static TLS: LazyLock<rustls::ClientConfig> = LazyLock::new(|| {
    let mut roots = rustls::RootCertStore::empty();
    let (known, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if known == 0 {
        tracing::warn!("this machine knows no certificate authorities: nobody is reached over https");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    match rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions() {
        Ok(builder) => builder.with_root_certificates(roots).with_no_client_auth(),
        Err(_) => unreachable!("ring serves TLS 1.2 and 1.3"),
    }
});

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    #[test]
    fn private_networks_are_refused_however_they_are_written() {
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "http://example.com/",
            "ftp://example.com/",
            "https://user@example.com/",
            "https://user:password@example.com/",
            "https://example.com/#fragment",
            "javascript:alert(1)",
            "//example.com",
            "example.com",
            "",
        ] {
            assert!(!is_http_url(url, false), "{url}");
        }
        for url in ["https://example.com/", "https://8.8.8.8/", "https://[2606:4700::1111]/"] {
            assert!(is_http_url(url, false), "{url}");
        }
        assert!(is_http_url("http://127.0.0.1:9/", true));
    }

    #[test]
    fn who_types_an_address_names_the_internet_and_the_usual_port() {
        for url in [
            "https://localhost/",
            "https://localhost./",
            "https://LOCALHOST/",
            "https://hooks.localhost/",
            "https://printer/",
            "https://metadata.google.internal/",
            "https://nas.local/",
            "https://router.home.arpa/",
            "https://example.com:8443/",
            "https://example.com:22/",
            "https://8.8.8.8:6379/",
            "https://10.1.2.3/",
            "http://example.com/",
        ] {
            assert!(!is_internet_url(url, false), "{url}");
        }
        for url in [
            "https://example.com/",
            "https://example.com:443/hooks?key=1",
            "https://8.8.8.8/",
        ] {
            assert!(is_internet_url(url, false), "{url}");
        }
        assert!(is_internet_url("http://localhost:9/", true));
    }

    #[tokio::test]
    async fn a_name_that_leads_into_a_private_network_is_refused() {
        let outbound = Outbound::new(false, PATIENCE);
        let request = Request::get("https://localhost/").body(Vec::new()).unwrap();
        assert!(outbound.send(request).await.is_err());
        let mut resolver = Resolver { allows_private: false };
        let found = resolver.call("localhost".parse().unwrap()).await;
        assert_eq!(found.unwrap().len(), 0);
    }
}
