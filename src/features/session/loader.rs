//! Open sessions by id, and those of customers.

use std::{collections::HashMap, sync::Arc};

use entity::{
    id::{CustomerId, SessionId},
    session::{ActorType, Column, Entity, Model},
};
use sea_orm::{ColumnTrait, DbErr, FromQueryResult, QueryFilter, QueryTrait, Select, sea_query::SelectStatement};

use super::visibility::visible_to;
use crate::{
    graphql::{Batch, ListRequest, Page, count_of_each, pages_of_each},
    work::{Call, dialect},
};

/// A list of a customer's sessions.
type ListKey = (CustomerId, Arc<ListRequest<Column>>);

/// An open session by id.
#[derive(Debug)]
pub struct SessionById;

impl Batch for SessionById {
    type Key = SessionId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[SessionId]) -> Result<HashMap<SessionId, Arc<Model>>, DbErr> {
        let rows = open(call)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::Id),
                keys.iter().map(|id| id.0),
            ))
            .all(call.db())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

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
            || of_customers(call),
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
        count_of_each(call, keys, Column::ActorId, || of_customers(call)).await
    }
}

fn open(call: &Call) -> Select<Entity> {
    visible_to(&call.viewer)
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(call.now()))
}

fn of_customers(call: &Call) -> SelectStatement {
    open(call)
        .filter(Column::ActorType.eq(ActorType::Customer))
        .into_query()
}
