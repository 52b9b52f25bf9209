//! Channels: where orders come from, such as a web shop, a shop or a phone line.
//!
//! Nobody has to set them up: who links an order names its channel by a handle, and a handle that is not known yet
//! makes a new channel.

mod loader;
mod object;
mod query;
pub mod service;
pub mod visibility;

pub use loader::ChannelById;
pub use object::Channel;
pub use query::{ChannelConnection, ChannelQuery, channel_of_key};
