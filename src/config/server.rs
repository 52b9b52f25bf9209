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
        /// The networks of the proxies in front (such as `10.0.0.0/8`) whose `X-Forwarded-For` is believed; without them
        /// every client counts as the machine that connects.
        trusted_proxies: Vec<ipnet::IpNet> = Vec::new(),
        /// How long a client may take to send the head of a request.
        header_timeout: Duration = Duration::from_secs(10),
        /// How long a request may take from its head to the answer.
        request_timeout: Duration = Duration::from_secs(30),
        /// How long requests that are under way may take to finish once the service is told to stop.
        shutdown_timeout: Duration = Duration::from_secs(20),
    }
}

impl ServerConfig {
    pub(super) fn check(&self, reader: &mut Reader) {
        reader.require(self.connections > 0, "server", "connections", "must be at least 1.");
        for (setting, value) in [
            ("header_timeout", self.header_timeout),
            ("request_timeout", self.request_timeout),
        ] {
            let message = "must be longer than nothing.";
            reader.require(!value.is_zero(), "server", setting, message);
        }
    }
}
