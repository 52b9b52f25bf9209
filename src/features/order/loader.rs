//! Order links by id and by customer, and their lines.

use std::{collections::HashMap, sync::Arc};

use entity::{
    id::{CustomerId, OrderLinkId},
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
        let rows = visible_to(&call.viewer)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::Id),
                ids,
            ))
            .all(call.db())
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

/// A page of a customer's order links.
#[derive(Debug)]
pub struct OrdersOfCustomer;

/// A customer and which part of the orders is asked for.
type OfCustomer = (CustomerId, Arc<ListRequest<Column>>);

impl Batch for OrdersOfCustomer {
    type Key = OfCustomer;
    type Value = Page<Arc<Model>>;

    async fn load(call: &Call, keys: &[OfCustomer]) -> Result<HashMap<OfCustomer, Self::Value>, DbErr> {
        pages_of_each(
            call,
            keys,
            Column::CustomerId,
            || visible_to(&call.viewer).into_query(),
            |row| {
                let row = Model::read(row, 0)?;
                let customer = row
                    .customer_id
                    .ok_or_else(|| DbErr::Type("a customer's order without a customer".to_owned()))?;
                Ok((customer, Arc::new(row)))
            },
        )
        .await
    }
}

/// How many order links a customer has.
#[derive(Debug)]
pub struct OrderCountOfCustomer;

impl Batch for OrderCountOfCustomer {
    type Key = OfCustomer;
    type Value = i64;

    async fn load(call: &Call, keys: &[OfCustomer]) -> Result<HashMap<OfCustomer, i64>, DbErr> {
        count_of_each(call, keys, Column::CustomerId, || visible_to(&call.viewer).into_query()).await
    }
}
