//! How lists of transfers are filtered.

use async_graphql::{Enum, InputObject};
use entity::{
    id::{CustomerId, OrderLinkId, OrderTransferId},
    order_transfer::{Column, Model, State},
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    auth::Permission,
    graphql::{
        KeyValue, Listed,
        filter::{Budget, DateTimeFilter, IdFilter},
    },
    work::Call,
};

/// What became of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::order_transfer::State")]
pub enum OrderTransferState {
    /// The owner of the order is asked.
    Requested,
    /// The owner agreed: the order is the other's.
    Accepted,
    /// The owner did not agree.
    Declined,
    /// It was taken back, or had become pointless.
    Cancelled,
    /// The owner did not answer in time.
    Expired,
}

/// Conditions on transfers; all that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrderTransferWhere {
    /// The id.
    id: Option<IdFilter>,
    /// The order.
    order_link_id: Option<IdFilter>,
    /// Who is asked. Nothing fits without `customers:read`.
    from_customer_id: Option<IdFilter>,
    /// Who shall own the order. Nothing fits without `customers:read`.
    to_customer_id: Option<IdFilter>,
    /// One of these states.
    state: Option<Vec<OrderTransferState>>,
    /// Until when the owner may agree.
    expires_at: Option<DateTimeFilter>,
    /// When it was asked for.
    created_at: Option<DateTimeFilter>,
    /// When it was last changed.
    updated_at: Option<DateTimeFilter>,
}

impl OrderTransferWhere {
    /// The condition on the table.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for conditions that make no sense or are too many.
    pub fn condition(&self, call: &Call) -> async_graphql::Result<Condition> {
        let mut budget = Budget::default();
        let mut all = Condition::all();
        if let Some(filter) = &self.id {
            all = all.add(filter.condition::<OrderTransferId>(Column::Id, &mut budget)?);
        }
        if let Some(filter) = &self.order_link_id {
            all = all.add(filter.condition::<OrderLinkId>(Column::OrderLinkId, &mut budget)?);
        }
        let customers = [
            (&self.from_customer_id, Column::FromCustomerId),
            (&self.to_customer_id, Column::ToCustomerId),
        ];
        for (filter, column) in customers {
            if let Some(filter) = filter {
                let condition = filter.condition::<CustomerId>(column, &mut budget)?;
                // A filter must not tell what the fields would not.
                all = all.add(if call.viewer.may(Permission::CustomersRead) {
                    condition
                } else {
                    Condition::all().add(Expr::val(1).eq(0))
                });
            }
        }
        if let Some(states) = &self.state {
            // There are no more than these, however often they are given.
            let wanted = |state: &State| states.iter().any(|wanted| State::from(*wanted) == *state);
            let states = [
                State::Requested,
                State::Accepted,
                State::Declined,
                State::Cancelled,
                State::Expired,
            ];
            all = all.add(Column::State.is_in(states.into_iter().filter(wanted)));
        }
        let instants = [
            (&self.expires_at, Column::ExpiresAt),
            (&self.created_at, Column::CreatedAt),
            (&self.updated_at, Column::UpdatedAt),
        ];
        for (filter, column) in instants {
            if let Some(filter) = filter {
                all = all.add(filter.condition(column, &mut budget)?);
            }
        }
        Ok(all)
    }
}

impl Listed<Column> for std::sync::Arc<Model> {
    fn sort_value(&self, column: Column) -> KeyValue {
        match column {
            Column::CreatedAt => self.created_at.into(),
            _ => KeyValue::Id { i: self.id.0 },
        }
    }
}
