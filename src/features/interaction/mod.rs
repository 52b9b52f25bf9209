//! Contacts with customers, such as calls and chats, that other systems tell of.
//!
//! A contact is known by its source and its id there: telling it again changes nothing, telling it differently corrects
//! it. It belongs to one customer, and goes with them. Nobody in store scope sees any.

mod draft;
mod edge;
mod filter;
mod input;
mod interaction_record;
mod loader;
mod object;
mod service;
pub mod visibility;

pub use edge::{InteractionConnection, interactions_of};
pub use filter::InteractionWhere;
pub use interaction_record::InteractionRecordMutation as InteractionMutation;
pub use loader::InteractionById;
pub use object::Interaction;
pub use service::reassign;
