//! Activities by id, by customer and by order.

use std::{collections::HashMap, marker::PhantomData, sync::Arc};

use entity::{
    id::{CustomerId, OrderActivityId, OrderLinkId, PrefixedId},
    order_activity::{Column, Model},
    row::Row,
};
use sea_orm::{DbErr, QueryFilter, QueryTrait};

use crate::{
    features::order::visibility::activities_visible_to,
    graphql::{Batch, ListRequest, Page, count_of_each, pages_of_each},
    work::{Call, dialect},
};

/// An activity by id.
#[derive(Debug)]
pub struct OrderActivityById;

impl Batch for OrderActivityById {
    type Key = OrderActivityId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[OrderActivityId]) -> Result<HashMap<OrderActivityId, Arc<Model>>, DbErr> {
        let rows = call
            .db()
            .rows(activities_visible_to(&call.viewer).filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::Id),
                keys.iter().map(|id| id.0),
            )))
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// What has a list of activities.
pub trait Active: PrefixedId {
    /// The column that names it.
    const COLUMN: Column;

    /// Which it is for this activity.
    fn of(activity: &Model) -> Option<Self>;
}

impl Active for CustomerId {
    const COLUMN: Column = Column::CustomerId;

    fn of(activity: &Model) -> Option<Self> {
        activity.customer_id
    }
}

impl Active for OrderLinkId {
    const COLUMN: Column = Column::OrderLinkId;

    fn of(activity: &Model) -> Option<Self> {
        Some(activity.order_link_id)
    }
}

/// An owner and which part of the activities is asked for.
type ListKey<O> = (O, Arc<ListRequest<Column>>);

/// A page of the activities of a customer or an order.
#[derive(Debug)]
pub struct ActivitiesOf<O>(PhantomData<fn() -> O>);

impl<O: Active> Batch for ActivitiesOf<O> {
    type Key = ListKey<O>;
    type Value = Page<Arc<Model>>;

    async fn load(call: &Call, keys: &[ListKey<O>]) -> Result<HashMap<ListKey<O>, Self::Value>, DbErr> {
        pages_of_each(
            call,
            keys,
            O::COLUMN,
            || activities_visible_to(&call.viewer).into_query(),
            |row| {
                let row = Model::read(row, 0)?;
                let owner = O::of(&row).ok_or_else(|| DbErr::RecordNotFound("the owner of an activity".to_owned()))?;
                Ok((owner, Arc::new(row)))
            },
        )
        .await
    }
}

/// How many activities a customer or an order has.
#[derive(Debug)]
pub struct ActivityCountOf<O>(PhantomData<fn() -> O>);

impl<O: Active> Batch for ActivityCountOf<O> {
    type Key = ListKey<O>;
    type Value = i64;

    async fn load(call: &Call, keys: &[ListKey<O>]) -> Result<HashMap<ListKey<O>, i64>, DbErr> {
        count_of_each(call, keys, O::COLUMN, || {
            activities_visible_to(&call.viewer).into_query()
        })
        .await
    }
}
