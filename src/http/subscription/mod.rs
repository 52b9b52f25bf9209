//! Subscriptions: an operation that is executed for each event, over a WebSocket or as a stream of events.
//!
//! - [`Places`]: how many may listen at once.
//! - [`Listener`]: who listens, looked at anew for each event.
//! - [`Live`]: one subscription, whatever carries it.
//! - [`upgrade`], [`socket`]: `graphql-transport-ws`, with its messages in [`protocol`].
//! - [`events`]: server-sent events, each answer in a request of its own.
//!
//! The executor can keep a subscription open by itself. It then reads the variables and the viewer once, and shares its
//! loaders between events: whoever may not see something any more would go on to see it. So each event is an operation of
//! its own, prepared like every other.

pub(super) mod events;
mod listener;
mod live;
mod places;
mod protocol;
mod socket;
pub(super) mod upgrade;

pub(super) use listener::Listener;
use live::{Live, Told, not_available};
use places::Place;
pub use places::Places;
