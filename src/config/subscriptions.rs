//! Subscriptions: how many, and how patient the service is with those who listen.

use std::time::Duration;

use super::{reader::Reader, section};

section! {
    /// Subscriptions: how many, and how patient the service is with those who listen.
    SubscriptionsConfig in "subscriptions" {
        /// How many WebSockets and event streams may be open at once; further ones are refused.
        connections: usize = 1_024,
        /// How many of them may come from one address (or one IPv6 network).
        connections_per_client: usize = 64,
        /// How many subscriptions one WebSocket carries at once.
        per_connection: usize = 50,
        /// The largest answer to an event, in bytes.
        answer_bytes: usize = 256 * 1_024,
        /// How long a client may take to say who it is (`connection_init`).
        init_timeout: Duration = Duration::from_secs(10),
        /// How often the service sees whether the other end is there still, and whether who listens may do so still.
        ping_interval: Duration = Duration::from_secs(15),
        /// How long a client may let a message wait without reading any of it.
        write_timeout: Duration = Duration::from_secs(10),
    }
}

impl SubscriptionsConfig {
    pub(super) fn check(&self, reader: &mut Reader) {
        for (setting, number) in [
            ("connections", self.connections),
            ("connections_per_client", self.connections_per_client),
            ("per_connection", self.per_connection),
        ] {
            let message = "must be between 1 and 1000000.";
            reader.require((1..=1_000_000).contains(&number), "subscriptions", setting, message);
        }
        let message = "must be between 1024 and 1073741824.";
        reader.require(
            (1_024..=1_073_741_824).contains(&self.answer_bytes),
            "subscriptions",
            "answer_bytes",
            message,
        );
        for (setting, value) in [
            ("init_timeout", self.init_timeout),
            ("ping_interval", self.ping_interval),
            ("write_timeout", self.write_timeout),
        ] {
            let message = "must be longer than nothing.";
            reader.require(!value.is_zero(), "subscriptions", setting, message);
        }
    }
}
