//! `orderLinkChanged`.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, Subscription};
use entity::{
    id::{CustomerId, OrderLinkId, PrefixedId},
    order_link::Model,
};
use futures_util::stream::{self, Stream};

use super::{loader::OrderLinkById, object::OrderLink};
use crate::{
    auth::guard,
    graphql::{
        ContextExt, DateTime, Id,
        subscription::{ChangeKind, Facts, Interest, hear},
    },
};

/// What is told of order links, which are never removed.
const TOPICS: &[(&str, ChangeKind)] = &[
    ("order.linked", ChangeKind::Created),
    ("order.updated", ChangeKind::Updated),
];

/// What customers may know of their orders.
const SHOWN_IN_STORE: &[&str] = &[
    "source",
    "orderId",
    "displayId",
    "channel",
    "status",
    "paymentStatus",
    "fulfillmentStatus",
    "total",
    "refunded",
    "placedAt",
    "sourceUpdatedAt",
    "lines",
];

/// News of order links.
#[derive(Debug, Default)]
pub struct OrderSubscription;

/// An order link is new or changed.
#[derive(Clone, Debug)]
pub struct OrderLinkChange {
    facts: Facts,
    link: Arc<Model>,
}

#[Subscription]
impl OrderSubscription {
    /// Tells of order links that are new or changed. Customers hear of their own; others require `orders:read`.
    #[graphql(
        guard = "guard::store_or_orders_read",
        visible = "guard::shows::store_or_orders_read"
    )]
    async fn order_link_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only orders of this customer.")] customer_id: Option<Id<CustomerId>>,
        #[graphql(desc = "Only these kinds of change.")] kinds: Option<Vec<ChangeKind>>,
    ) -> Result<impl Stream<Item = Option<OrderLinkChange>>> {
        let own = ctx.viewer().customer();
        let interest = Interest::of(TOPICS)
            .among(kinds)
            .about(own.map(PrefixedId::uuid))
            .about(customer_id.map(|id| id.0.uuid()));
        let facts = hear(ctx, interest)?;
        let id = facts
            .as_ref()
            .and_then(|facts| OrderLinkId::parse(&facts.object_id()).ok());
        // Links are never removed: one that is not found is none that the viewer may see, of another channel or, by
        // now, of another customer.
        let link = match id {
            Some(id) => ctx.load::<OrderLinkById>(id).await?,
            None => None,
        };
        let change = facts.zip(link).map(|(facts, link)| OrderLinkChange { facts, link });
        Ok(stream::iter(change.map(Some)))
    }
}

/// An order link is new or changed.
#[Object]
impl OrderLinkChange {
    /// What happened, such as `order.updated`.
    async fn topic(&self) -> &str {
        self.facts.topic()
    }

    /// What became of the order link.
    async fn kind(&self) -> ChangeKind {
        self.facts.kind()
    }

    /// The id of the order link.
    async fn object_id(&self) -> ID {
        self.facts.object_id()
    }

    /// The version of the order link after the change.
    async fn version(&self) -> i32 {
        self.facts.version()
    }

    /// The fields that changed, as far as you may see them.
    async fn changed_paths(&self, ctx: &Context<'_>) -> Vec<String> {
        self.facts.changed_paths(ctx, "OrderLink", SHOWN_IN_STORE)
    }

    /// When it happened.
    async fn at(&self) -> DateTime {
        self.facts.at()
    }

    /// The order link as it is now.
    async fn order_link(&self) -> Option<OrderLink> {
        Some(OrderLink(Arc::clone(&self.link)))
    }
}
