//! The open sessions of customers.

use std::{collections::HashMap, sync::Arc};

use entity::{
    id::CustomerId,
    session::{ActorType, Column, Model},
};
use sea_orm::{ColumnTrait, DbErr, FromQueryResult, QueryFilter, QueryTrait, sea_query::SelectStatement};

use super::visibility::visible_to;
use crate::{
    graphql::{Batch, ListRequest, Page, count_of_each, pages_of_each},
    work::Call,
};

/// A list of a customer's sessions.
type ListKey = (CustomerId, Arc<ListRequest<Column>>);

/// A page of the open sessions of a customer.
#[derive(Debug)]
pub struct SessionsOfCustomer;

impl Batch for SessionsOfCustomer {
    type Key = ListKey;
    type Value = Page<Arc<Model>>;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, Page<Arc<Model>>>, DbErr> {
        pages_of_each(
            call,
            keys,
            Column::ActorId,
            || open(call),
            |row| {
                let row = Model::from_query_result(row, "")?;
                Ok((CustomerId(row.actor_id), Arc::new(row)))
            },
        )
        .await
    }
}

/// How many open sessions a customer has.
#[derive(Debug)]
pub struct SessionCountOfCustomer;

impl Batch for SessionCountOfCustomer {
    type Key = ListKey;
    type Value = i64;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, i64>, DbErr> {
        count_of_each(call, keys, Column::ActorId, || open(call)).await
    }
}

fn open(call: &Call) -> SelectStatement {
    visible_to(&call.viewer)
        .filter(Column::ActorType.eq(ActorType::Customer))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(call.now()))
        .into_query()
}
