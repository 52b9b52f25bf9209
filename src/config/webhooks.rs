//! Webhooks: where they may go, and how patient the service is with those who are told.

use std::time::Duration;

use super::{reader::Reader, section};

section! {
    /// Webhooks: where they may go, and how patient the service is with those who are told.
    WebhooksConfig in "webhooks" {
        /// Whether endpoints may be in a private network, http, and at any port.
        allow_private_network: bool = false,
        /// How long an endpoint may take to answer.
        timeout: Duration = Duration::from_secs(3),
        /// For how long a process that has taken deliveries may send them, before another takes them over.
        lease: Duration = Duration::from_secs(15),
        /// How many requests to one endpoint may be under way at once.
        concurrency: usize = 16,
    }
}

impl WebhooksConfig {
    pub(super) fn check(&self, reader: &mut Reader) {
        let is_time = (Duration::from_millis(100)..=Duration::from_secs(30)).contains(&self.timeout);
        let message = "must be between 100ms and 30s.";
        reader.require(is_time, "webhooks", "timeout", message);
        // Nothing is sent that may not be answered before the lease ends.
        let shortest = self.timeout * 3 + Duration::from_secs(1);
        let is_lease = (shortest..=Duration::from_secs(600)).contains(&self.lease);
        let message = "must be between three times webhooks.timeout and a second more, and 10m.";
        reader.require(is_lease, "webhooks", "lease", message);
        let is_number = (1..=256).contains(&self.concurrency);
        reader.require(is_number, "webhooks", "concurrency", "must be between 1 and 256.");
    }
}
