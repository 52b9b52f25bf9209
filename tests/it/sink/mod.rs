//! Sinks: message brokers and whatever else takes events one by one.

#[cfg(feature = "nats")]
mod nats;
mod relay;
