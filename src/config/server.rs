//! The socket and what is served on it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use super::{reader::Reader, section};

section! {
    /// The socket and what is served on it.
    ServerConfig in "server" {
        /// The address and port to listen on.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 4000)),
        /// Whether answers of a kilobyte and more are compressed for clients that accept gzip. Off, because it costs
        /// more processor time than answering, and a proxy in front usually does it.
        compression: bool = false,
        /// How many connections may be open at once; further ones wait.
        connections: usize = 4_096,
        /// How many of them may come from one address (or one IPv6 network); further ones are closed. The proxies in front
        /// may have as many as there are.
        connections_per_client: usize = 512,
        /// Whether clients reach the service by TLS alone (a proxy in front ends it): browsers are told to use nothing else.
        behind_tls: bool = false,
        /// The origins of pages elsewhere that may ask (such as `https://shop.example`), letter for letter as browsers
        /// write them. Pages of the service itself always may.
        allowed_origins: Vec<String> = Vec::new(),
        /// The networks of the proxies in front (such as `10.0.0.0/8`) whose `X-Forwarded-For` is believed; without them
        /// every client counts as the machine that connects.
        trusted_proxies: Vec<ipnet::IpNet> = Vec::new(),
        /// How long a client may take to send the head of a request.
        header_timeout: Duration = Duration::from_secs(10),
        /// How long a client may take to send the body of a request.
        body_timeout: Duration = Duration::from_secs(15),
        /// How long a client may let an answer wait without reading any of it.
        write_timeout: Duration = Duration::from_secs(30),
        /// The longest URL, in bytes.
        url_bytes: usize = 16 * 1_024,
        /// How large all headers of a request may be together, in bytes.
        header_bytes: usize = 16 * 1_024,
        /// How long a request may take from its head to the answer.
        request_timeout: Duration = Duration::from_secs(30),
        /// How long requests that are under way may take to finish once the service is told to stop.
        shutdown_timeout: Duration = Duration::from_secs(20),
    }
}

impl ServerConfig {
    pub(super) fn check(&self, reader: &mut Reader) {
        let mut require = |holds, setting, message| reader.require(holds, "server", setting, message);
        require(self.connections > 0, "connections", "must be at least 1.");
        require(
            self.connections_per_client > 0,
            "connections_per_client",
            "must be at least 1.",
        );
        for (setting, bytes) in [("url_bytes", self.url_bytes), ("header_bytes", self.header_bytes)] {
            require(
                (1_024..=32_768).contains(&bytes),
                setting,
                "must be between 1024 and 32768.",
            );
        }
        require(
            self.allowed_origins.iter().all(|origin| is_origin(origin)),
            "allowed_origins",
            "must be origins as browsers write them, separated by commas: https://shop.example,http://localhost:3000. \
             There is neither * nor null.",
        );
        for (setting, value) in [
            ("header_timeout", self.header_timeout),
            ("body_timeout", self.body_timeout),
            ("write_timeout", self.write_timeout),
            ("request_timeout", self.request_timeout),
        ] {
            let message = "must be longer than nothing.";
            reader.require(!value.is_zero(), "server", setting, message);
        }
    }
}

/// Whether this is an origin of a page, as browsers write it.
fn is_origin(text: &str) -> bool {
    let Ok(url) = url::Url::parse(text) else {
        return false;
    };
    matches!(url.scheme(), "http" | "https") && !text.contains('*') && url.origin().ascii_serialization() == text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for origin in [
            "https://shop.example",
            "http://localhost:3000",
            "https://xn--bcher-kva.example",
        ] {
            assert!(is_origin(origin), "{origin}");
        }
        for other in [
            "",
            "*",
            "null",
            "shop.example",
            "https://",
            "https://shop.example/",
            "https://Shop.example",
            "https://shop.example:443",
            "https://me@shop.example",
            "https://*.shop.example",
            "https://bücher.example",
            "file:///shop",
            "ftp://shop.example",
        ] {
            assert!(!is_origin(other), "{other}");
        }
    }
}
