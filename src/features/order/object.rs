//! What the schema shows of orders.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::{
    order_line,
    order_link::{Column, Model},
};

use super::{
    activity::{OrderActivityConnection, OrderActivityWhere, activities_of},
    loader::LinesOfOrder,
};
use crate::{
    auth::guard,
    features::{
        channel::{Channel, ChannelById},
        customer::{Customer, CustomerById},
        organization::{Organization, OrganizationById},
        transfer::{OrderTransfer, active_transfer_of},
    },
    graphql::{
        ContextExt, DateTime, Email, ListNode, Money, PageArguments, apart,
        direct::{Part, Plain},
    },
    money::from_minor,
};

/// What the customer graph knows of an order that another service owns.
#[derive(Clone, Debug)]
pub struct OrderLink(pub Arc<Model>);

impl ListNode for OrderLink {
    type Column = Column;
    type Row = Arc<Model>;

    fn show(row: &Arc<Model>) -> Self {
        Self(Arc::clone(row))
    }

    fn plain(field: &str) -> Option<Plain<Arc<Model>>> {
        Some(match field {
            "__typename" => |_, json| json.text("OrderLink"),
            "id" => |row, json| json.id(row.id),
            "source" => |row, json| json.text(&row.source),
            "orderId" => |row, json| json.text(&row.order_id),
            "displayId" => |row, json| json.optional(row.display_id.as_deref()),
            "status" => |row, json| json.text(&row.status),
            "paymentStatus" => |row, json| json.optional(row.payment_status.as_deref()),
            "fulfillmentStatus" => |row, json| json.optional(row.fulfillment_status.as_deref()),
            "placedAt" => |row, json| json.instant(row.placed_at),
            "sourceUpdatedAt" => |row, json| json.instant(row.source_updated_at),
            "isCanceled" => |row, json| json.boolean(row.is_canceled),
            "version" => |row, json| json.integer(row.version.into()),
            "createdAt" => |row, json| json.instant(row.created_at),
            "updatedAt" => |row, json| json.instant(row.updated_at),
            _ => return None,
        })
    }

    fn plain_part(field: &str) -> Option<Part<Arc<Model>>> {
        match field {
            "total" => Some(("Money", |field| {
                Some(match field {
                    "__typename" => |_, json| json.text("Money"),
                    "amount" => |row, json| json.text(&from_minor(row.total_amount, &row.currency_code).to_string()),
                    "currencyCode" => |row, json| json.text(&row.currency_code),
                    _ => return None,
                })
            })),
            "refunded" => Some(("Money", |field| {
                Some(match field {
                    "__typename" => |_, json| json.text("Money"),
                    "amount" => |row, json| json.text(&from_minor(row.refunded_amount, &row.currency_code).to_string()),
                    "currencyCode" => |row, json| json.text(&row.currency_code),
                    _ => return None,
                })
            })),
            _ => None,
        }
    }
}

impl From<Model> for OrderLink {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

/// An order. The service that takes orders owns it; a federation gateway finds the rest of it there.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(unresolvable = "id")]
pub struct Order {
    /// The id of the order in its source.
    id: ID,
}

/// One line of an order.
#[derive(Clone, Debug)]
pub struct OrderLine {
    pub(super) link: Arc<Model>,
    pub(super) row: Arc<order_line::Model>,
}

/// What the customer graph knows of an order that another service owns.
#[Object]
impl OrderLink {
    /// The id, which never changes and is never used again.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The service that owns the order.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// The id of the order in its source.
    async fn order_id(&self) -> ID {
        self.0.order_id.clone().into()
    }

    /// The order itself. Through a federation gateway it is null when the service that owns it does not know it (any
    /// more); then the link is all that is left.
    async fn order(&self) -> Option<Order> {
        Some(Order {
            id: self.0.order_id.clone().into(),
        })
    }

    /// The number that people call the order by.
    async fn display_id(&self) -> Option<&str> {
        self.0.display_id.as_deref()
    }

    /// Who placed the order; null when that is not known, the customer is gone, or you may not see them.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        match self.0.customer_id {
            Some(customer) => Ok(ctx.load::<CustomerById>(customer).await?.map(Customer)),
            None => Ok(None),
        }
    }

    /// For which organization the order was placed; null when for none, or for one that you may not see.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        match self.0.organization_id {
            Some(organization) => Ok(ctx.load::<OrganizationById>(organization).await?.map(Organization)),
            None => Ok(None),
        }
    }

    /// The e-mail address on the order, as it was typed. Requires `orders:read`.
    #[graphql(
        guard = "guard::orders_read",
        visible = "guard::shows::orders_read",
        tag = "admin",
        requires_scopes = "orders:read"
    )]
    async fn email(&self) -> Option<Email> {
        self.0.email.clone().map(Email)
    }

    /// The state of the order, in the words of its source.
    async fn status(&self) -> &str {
        &self.0.status
    }

    /// The state of the payment, in the words of the source.
    async fn payment_status(&self) -> Option<&str> {
        self.0.payment_status.as_deref()
    }

    /// The state of the delivery, in the words of the source.
    async fn fulfillment_status(&self) -> Option<&str> {
        self.0.fulfillment_status.as_deref()
    }

    /// The total of the order.
    async fn total(&self) -> Money {
        Money::from_minor(self.0.total_amount, &self.0.currency_code)
    }

    /// What was paid back: the refunds among the activities, in the currency of the order, that did not fail and were
    /// not canceled, rejected or declined.
    async fn refunded(&self) -> Money {
        Money::from_minor(self.0.refunded_amount, &self.0.currency_code)
    }

    /// Whether the state of the order says that it was canceled. Such an order counts in no statistics.
    async fn is_canceled(&self) -> bool {
        self.0.is_canceled
    }

    /// The channel through which the order came.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        match self.0.channel_id {
            Some(channel) => Ok(ctx.load::<ChannelById>(channel).await?.map(Channel)),
            None => Ok(None),
        }
    }

    /// The lines of the order, at most 500; none when the source does not tell them.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLine>> {
        let rows = ctx.load::<LinesOfOrder>(self.0.id).await?.unwrap_or_default();
        Ok(rows
            .into_iter()
            .map(|row| OrderLine {
                link: Arc::clone(&self.0),
                row,
            })
            .collect())
    }

    /// What happened to the order after it was placed, newest first. Buyers do not see notes.
    async fn activities(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<Box<OrderActivityWhere>>,
        #[graphql(desc = "How many from the start.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<OrderActivityConnection> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        apart(activities_of(ctx, self.0.id, filter.map(|filter| *filter), page)).await
    }

    /// The wish to give the order to another customer, about which its owner has not decided yet.
    async fn active_transfer(&self, ctx: &Context<'_>) -> Result<Option<OrderTransfer>> {
        apart(active_transfer_of(ctx, &self.0)).await
    }

    /// When the order was placed.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.0.placed_at)
    }

    /// When the source last changed the order; older news is ignored.
    async fn source_updated_at(&self) -> DateTime {
        DateTime(self.0.source_updated_at)
    }

    /// Grows by one with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the link was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When the link was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

impl OrderLine {
    fn money(&self, minor: Option<i64>) -> Option<Money> {
        minor.map(|minor| Money::from_minor(minor, &self.link.currency_code))
    }
}

/// One line of an order.
#[Object]
impl OrderLine {
    /// The id; replacing the lines of an order makes new ones.
    async fn id(&self) -> ID {
        self.row.id.to_string().into()
    }

    /// The place of the line in the order, from 0.
    async fn position(&self) -> i32 {
        self.row.position
    }

    /// What the line calls the product.
    async fn title(&self) -> Option<&str> {
        self.row.title.as_deref()
    }

    /// The stock-keeping unit.
    async fn sku(&self) -> Option<&str> {
        self.row.sku.as_deref()
    }

    /// How many pieces.
    async fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// The price of one piece.
    async fn unit_price(&self) -> Option<Money> {
        self.money(self.row.unit_price_amount)
    }

    /// The discount on the whole line.
    async fn discount(&self) -> Option<Money> {
        self.money(self.row.discount_amount)
    }

    /// The total of the line.
    async fn total(&self) -> Option<Money> {
        self.money(self.row.total_amount)
    }
}
