//! What the schema shows of an activity.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use entity::order_activity::{Column, Kind, Model};

use crate::{
    auth::guard,
    features::order::{OrderLink, OrderLinkById},
    graphql::{ContextExt, DateTime, ListNode, Money},
};

/// Something that happened to an order after it was placed, such as a return.
#[derive(Clone, Debug)]
pub struct OrderActivity(pub Arc<Model>);

/// What kind of thing happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
pub enum OrderActivityKind {
    /// Goods came or come back.
    Return,
    /// Something was wrong with the goods.
    Claim,
    /// Goods are exchanged for others.
    Exchange,
    /// Money was or is paid back.
    Refund,
    /// Money was put to the buyer's credit.
    Credit,
    /// Somebody noted something. Buyers do not see it.
    Note,
}

impl ListNode for OrderActivity {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }
}

impl From<Model> for OrderActivity {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// Something that happened to an order after it was placed, such as a return.
#[Object]
impl OrderActivity {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What kind of thing happened.
    async fn kind(&self) -> OrderActivityKind {
        self.0.kind.into()
    }

    /// The id in the source of the order, unique per order and kind.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// The state, in the words of the source.
    async fn status(&self) -> &str {
        &self.0.status
    }

    /// How much money it is about, in the currency that the order had when the amount was told; null when about none.
    async fn amount(&self) -> Option<Money> {
        let (amount, currency) = self.0.amount.zip(self.0.currency_code.as_deref())?;
        Some(Money::from_minor(amount, currency))
    }

    /// What staff should know. Requires `orders:read`.
    #[graphql(
        guard = "guard::orders_read",
        visible = "guard::shows::orders_read",
        tag = "admin",
        requires_scopes = "orders:read"
    )]
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// The order to which it happened, where the viewer may see it.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<OrderLink>> {
        Ok(ctx.load::<OrderLinkById>(self.0.order_link_id).await?.map(OrderLink))
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }

    /// When the source last changed the activity; older news is ignored.
    async fn source_updated_at(&self) -> DateTime {
        DateTime(self.0.source_updated_at)
    }

    /// Grows by one with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the activity was first told.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the activity was last changed here.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
