//! Order links by id and by buyer, and their lines.

use std::{collections::HashMap, marker::PhantomData, sync::Arc};

use entity::{
    id::{CustomerId, OrderLinkId, OrganizationId, PrefixedId},
    order_line,
    order_link::{Column, Model},
    row::Row,
};
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder, QueryTrait};

use super::visibility::{lines_visible_to, visible_to};
use crate::{
    graphql::{Batch, ListRequest, Page, count_of_each, pages_of_each},
    work::{Call, dialect},
};

/// An order link by id.
#[derive(Debug)]
pub struct OrderLinkById;

impl Batch for OrderLinkById {
    type Key = OrderLinkId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[OrderLinkId]) -> Result<HashMap<OrderLinkId, Arc<Model>>, DbErr> {
        let ids = keys.iter().map(|id| id.0);
        let rows = call
            .db()
            .rows(visible_to(&call.viewer).filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::Id),
                ids,
            )))
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// The lines of an order, in their order.
#[derive(Debug)]
pub struct LinesOfOrder;

impl Batch for LinesOfOrder {
    type Key = OrderLinkId;
    type Value = Vec<Arc<order_line::Model>>;

    async fn load(call: &Call, keys: &[OrderLinkId]) -> Result<HashMap<OrderLinkId, Self::Value>, DbErr> {
        let select = lines_visible_to(&call.viewer)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(order_line::Column::OrderLinkId),
                keys.iter().map(|id| id.0),
            ))
            .order_by_asc(order_line::Column::OrderLinkId)
            .order_by_asc(order_line::Column::Position);
        let mut lines: HashMap<OrderLinkId, Self::Value> = HashMap::with_capacity(keys.len());
        for row in call.db().query_all(&select.into_query()).await? {
            let row = order_line::Model::read(&row, 0)?;
            lines.entry(row.order_link_id).or_default().push(Arc::new(row));
        }
        Ok(lines)
    }
}

/// For whom an order was placed: whoever has a list of orders.
pub trait Buyer: PrefixedId {
    /// The column that names them.
    const COLUMN: Column;

    /// Who it is for this order.
    fn of(link: &Model) -> Option<Self>;
}

impl Buyer for CustomerId {
    const COLUMN: Column = Column::CustomerId;

    fn of(link: &Model) -> Option<Self> {
        link.customer_id
    }
}

impl Buyer for OrganizationId {
    const COLUMN: Column = Column::OrganizationId;

    fn of(link: &Model) -> Option<Self> {
        link.organization_id
    }
}

/// A buyer and which part of the orders is asked for.
type ListKey<B> = (B, Arc<ListRequest<Column>>);

/// A page of the order links of a customer or an organization.
#[derive(Debug)]
pub struct OrdersOf<B>(PhantomData<fn() -> B>);

impl<B: Buyer> Batch for OrdersOf<B> {
    type Key = ListKey<B>;
    type Value = Page<Arc<Model>>;

    async fn load(call: &Call, keys: &[ListKey<B>]) -> Result<HashMap<ListKey<B>, Self::Value>, DbErr> {
        pages_of_each(
            call,
            keys,
            B::COLUMN,
            || visible_to(&call.viewer).into_query(),
            |row| {
                let row = Model::read(row, 0)?;
                let buyer = B::of(&row).ok_or_else(|| DbErr::RecordNotFound("the buyer of an order".to_owned()))?;
                Ok((buyer, Arc::new(row)))
            },
        )
        .await
    }
}

/// How many order links a customer or an organization has.
#[derive(Debug)]
pub struct OrderCountOf<B>(PhantomData<fn() -> B>);

impl<B: Buyer> Batch for OrderCountOf<B> {
    type Key = ListKey<B>;
    type Value = i64;

    async fn load(call: &Call, keys: &[ListKey<B>]) -> Result<HashMap<ListKey<B>, i64>, DbErr> {
        count_of_each(call, keys, B::COLUMN, || visible_to(&call.viewer).into_query()).await
    }
}
