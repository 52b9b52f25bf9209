//! How lists of order links are filtered and sorted.

use async_graphql::{Enum, InputObject};
use entity::{
    channel, customer,
    id::{ChannelId, CustomerId, OrganizationId},
    order_line,
    order_link::{Column, Model},
};
use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};

use super::visibility::lines_visible_to;
use crate::{
    auth::Permission,
    features::{
        channel::visibility::visible_to as channels_visible_to,
        customer::visibility::visible_to as customers_visible_to,
    },
    graphql::{
        Direction, KeyValue, Listed, SortKey,
        filter::{Budget, DateTimeFilter, IdFilter, StringFilter, TextForm, combine},
    },
    work::{Call, dialect},
};

/// Conditions on order links; all that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrderLinkWhere {
    /// The service that owns the order; case counts.
    source: Option<StringFilter>,
    /// The id of the order in its source; case counts.
    order_id: Option<StringFilter>,
    /// The number that people call the order by; case counts.
    display_id: Option<StringFilter>,
    /// The state of the order; case counts.
    status: Option<StringFilter>,
    /// The state of the payment; case counts.
    payment_status: Option<StringFilter>,
    /// The state of the delivery; case counts.
    fulfillment_status: Option<StringFilter>,
    /// The channel.
    channel_id: Option<IdFilter>,
    /// The handle of the channel; case counts. An order without a channel has no handle that could fit.
    channel_handle: Option<StringFilter>,
    /// The stock-keeping unit of at least one line; case counts.
    sku: Option<StringFilter>,
    /// When the order was placed.
    placed_at: Option<DateTimeFilter>,
    /// When the link was last changed.
    updated_at: Option<DateTimeFilter>,
    /// When the link was created.
    created_at: Option<DateTimeFilter>,
    /// The customer. Customers find themselves; nothing else fits without `customers:read`.
    customer_id: Option<IdFilter>,
    /// Whether there is a customer.
    has_customer: Option<bool>,
    /// Whether it is the order of a guest: of nobody whom the customer graph knows, or of a customer without an account.
    /// Nothing fits without `customers:read`.
    is_guest_order: Option<bool>,
    /// The e-mail address on the order. Nothing fits without `orders:read`.
    email: Option<StringFilter>,
    /// The organization for which the order was placed. Nothing fits without `organizations:read`.
    organization_id: Option<IdFilter>,
    /// All of these hold.
    #[graphql(name = "AND")]
    and: Option<Vec<OrderLinkWhere>>,
    /// At least one of these holds.
    #[graphql(name = "OR")]
    or: Option<Vec<OrderLinkWhere>>,
    /// This does not hold.
    #[graphql(name = "NOT")]
    not: Option<Box<OrderLinkWhere>>,
}

impl OrderLinkWhere {
    /// The condition on the table.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for conditions that make no sense or are too many.
    pub fn condition(&self, call: &Call) -> async_graphql::Result<Condition> {
        self.within(call, &mut Budget::default())
    }

    fn within(&self, call: &Call, budget: &mut Budget) -> async_graphql::Result<Condition> {
        let mut own = Condition::all();
        let texts = [
            (&self.source, Column::Source),
            (&self.order_id, Column::OrderId),
            (&self.display_id, Column::DisplayId),
            (&self.status, Column::Status),
            (&self.payment_status, Column::PaymentStatus),
            (&self.fulfillment_status, Column::FulfillmentStatus),
        ];
        for (filter, column) in texts {
            if let Some(filter) = filter {
                own = own.add(filter.condition(column, TextForm::Exact, budget)?);
            }
        }
        let instants = [
            (&self.placed_at, Column::PlacedAt),
            (&self.updated_at, Column::UpdatedAt),
            (&self.created_at, Column::CreatedAt),
        ];
        for (filter, column) in instants {
            if let Some(filter) = filter {
                own = own.add(filter.condition(column, budget)?);
            }
        }
        if let Some(filter) = &self.channel_id {
            own = own.add(filter.condition::<ChannelId>(Column::ChannelId, budget)?);
        }
        if let Some(filter) = &self.channel_handle {
            let channels = channels_visible_to(&call.viewer)
                .select_only()
                .column(channel::Column::Id)
                .filter(filter.condition(channel::Column::Handle, TextForm::Exact, budget)?);
            own = own.add(Column::ChannelId.in_subquery(channels.into_query()));
        }
        if let Some(filter) = &self.sku {
            let lines = lines_visible_to(&call.viewer)
                .select_only()
                .column(order_line::Column::OrderLinkId)
                .filter(filter.condition(order_line::Column::Sku, TextForm::Exact, budget)?);
            own = own.add(Column::Id.in_subquery(lines.into_query()));
        }
        // A filter must not tell what the fields would not.
        let unless_hidden = |may_see: bool, condition: Condition| {
            if may_see {
                condition
            } else {
                Condition::all().add(Expr::val(1).eq(0))
            }
        };
        if let Some(filter) = &self.customer_id {
            let condition = filter.condition::<CustomerId>(Column::CustomerId, budget)?;
            let sees_customers = call.viewer.customer().is_some() || call.viewer.may(Permission::CustomersRead);
            own = own.add(unless_hidden(sees_customers, condition));
        }
        if let Some(has_customer) = self.has_customer {
            own = own.add(if has_customer {
                Column::CustomerId.is_not_null()
            } else {
                Column::CustomerId.is_null()
            });
        }
        if let Some(is_guest_order) = self.is_guest_order {
            let registered = customers_visible_to(&call.viewer)
                .select_only()
                .expr(Expr::val(1))
                .filter(dialect::column(customer::Column::Id).eq(dialect::column(Column::CustomerId)))
                .filter(customer::Column::HasAccount.eq(true));
            let has_account = Expr::exists(registered.into_query());
            let condition = Condition::all().add(if is_guest_order { has_account.not() } else { has_account });
            own = own.add(unless_hidden(call.viewer.may(Permission::CustomersRead), condition));
        }
        if let Some(filter) = &self.email {
            let condition = filter.condition(Column::EmailNormalized, TextForm::EmailOrNull, budget)?;
            own = own.add(unless_hidden(call.viewer.may(Permission::OrdersRead), condition));
        }
        if let Some(filter) = &self.organization_id {
            let condition = filter.condition::<OrganizationId>(Column::OrganizationId, budget)?;
            own = own.add(unless_hidden(call.viewer.may(Permission::OrganizationsRead), condition));
        }
        combine(
            own,
            self.and.as_deref(),
            self.or.as_deref(),
            self.not.as_deref(),
            budget,
            |part, budget| part.within(call, budget),
        )
    }
}

/// What order links can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[expect(clippy::enum_variant_names, reason = "they are the names of the fields")]
pub enum OrderLinkSortKey {
    /// When the order was placed.
    PlacedAt,
    /// When the link was last changed.
    UpdatedAt,
    /// When the link was created.
    CreatedAt,
}

/// One step of a sort.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct OrderLinkSort {
    /// By what.
    key: OrderLinkSortKey,
    /// In which direction.
    #[graphql(default)]
    direction: Direction,
}

/// The order of orders when nothing else is asked for: those placed last come first.
#[must_use]
pub fn newest_first() -> Vec<SortKey<Column>> {
    sort_keys(None)
}

/// The columns of a sort: what was asked for, newest first when nothing was, and the id last.
#[must_use]
pub fn sort_keys(sort: Option<Vec<OrderLinkSort>>) -> Vec<SortKey<Column>> {
    let mut keys: Vec<SortKey<Column>> = Vec::new();
    for step in sort.into_iter().flatten() {
        let column = match step.key {
            OrderLinkSortKey::PlacedAt => Column::PlacedAt,
            OrderLinkSortKey::UpdatedAt => Column::UpdatedAt,
            OrderLinkSortKey::CreatedAt => Column::CreatedAt,
        };
        if !keys.iter().any(|key| key.column as usize == column as usize) {
            keys.push(SortKey {
                column,
                direction: step.direction,
            });
        }
    }
    if keys.is_empty() {
        keys.push(SortKey {
            column: Column::PlacedAt,
            direction: Direction::Desc,
        });
    }
    let direction = keys.last().map_or(Direction::Desc, |key| key.direction);
    keys.push(SortKey {
        column: Column::Id,
        direction,
    });
    keys
}

impl Listed<Column> for std::sync::Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::PlacedAt => self.placed_at.into(),
            Column::UpdatedAt => self.updated_at.into(),
            Column::CreatedAt => self.created_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}
