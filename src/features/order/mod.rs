//! Order links: what the customer graph knows of orders that other services own.
//!
//! A link is found by its source and the order's id there. News may come late, twice or in the wrong order: an older
//! word never overwrites a newer one. The links outlive the customer, for the books, but not with the person in them.

mod draft;
mod edge;
mod filter;
pub mod give;
mod input;
mod loader;
mod object;
mod order_link_changed;
mod order_link_upsert;
mod query;
mod reassign;
mod reference;
pub mod service;
mod upsert;
pub mod visibility;

pub use edge::{orders_of, write_orders_of};
pub use filter::OrderLinkWhere;
pub use loader::OrderLinkById;
pub use object::OrderLink;
pub use order_link_changed::OrderSubscription;
pub use query::{OrderLinkConnection, OrderQuery};
pub use reassign::reassign;

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct OrderMutation(order_link_upsert::OrderLinkUpsertMutation);
