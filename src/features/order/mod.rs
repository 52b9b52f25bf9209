//! Order links: what the customer graph knows of orders that other services own.
//!
//! A link is found by its source and the order's id there. News may come late, twice or in the wrong order: an older
//! word never overwrites a newer one. The links outlive the customer, for the books, but not with the person in them.
//!
//! Beside the links stand what happened to the orders afterwards ([`activity`]) and, by customer and currency, what they
//! add up to. Both follow the order: whoever changes a link tells [`follow()`], in the same unit of work. Whoever bought
//! without an account looks at an order with a token.
//!
//! An activity needs its order: one that comes first is `NOT_FOUND` at its row, which the source sends again. Of two news
//! of the same instant the one that comes last stands. A new link is told as `order.linked`, and not as Medusa's
//! `order.placed`: that is the event of the service that owns the order, which may tell us years later. The column
//! `vendor_id` is there for vendors, of whom nothing is known yet.

pub mod activity;
mod draft;
mod edge;
mod filter;
mod follow;
pub mod give;
mod guest_order;
mod guest_order_request;
mod guest_order_token_create;
mod input;
mod known;
mod loader;
mod object;
mod order_link_changed;
mod order_link_upsert;
mod order_stats;
mod query;
mod reassign;
mod recount;
mod reference;
pub mod service;
mod status;
mod sums;
pub mod token;
mod upsert;
pub mod visibility;

pub use activity::{OrderActivity, OrderActivityById, OrderActivityConnection, OrderActivityWhere, activities_of};
pub use edge::{orders_of, write_orders_of};
pub use filter::OrderLinkWhere;
pub use follow::{Step, follow};
pub use loader::OrderLinkById;
pub use object::OrderLink;
pub use order_link_changed::OrderSubscription;
pub use order_stats::{OrderStats, order_stats_of};
pub use query::OrderLinkConnection;
pub use reassign::reassign;
pub use recount::recount;

/// The queries of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct OrderQuery(
    query::OrderLinkQuery,
    activity::OrderActivityQuery,
    guest_order::GuestOrderQuery,
);

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct OrderMutation(
    order_link_upsert::OrderLinkUpsertMutation,
    activity::OrderActivityUpsertMutation,
    guest_order_token_create::GuestOrderTokenCreateMutation,
    guest_order_request::GuestOrderRequestMutation,
);
