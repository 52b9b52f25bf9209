//! What happened to orders after they were placed: returns, claims, exchanges, refunds, credits and notes.
//!
//! An activity is known by its order, its kind and its id in the source. As with the orders themselves, older news never
//! overwrites newer. What moves money or is a return is added up at the order, and from there in the sums of the
//! customer.

mod draft;
mod edge;
mod filter;
mod input;
mod loader;
mod object;
mod order_activity_upsert;
mod query;
mod upsert;

pub use edge::activities_of;
pub use filter::OrderActivityWhere;
pub use loader::OrderActivityById;
pub use object::{OrderActivity, OrderActivityKind};
pub use order_activity_upsert::OrderActivityUpsertMutation;
pub use query::{OrderActivityConnection, OrderActivityQuery};
