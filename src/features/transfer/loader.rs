//! Transfers by id, of customers and of orders, and what is known of each beside its row.

use std::{collections::HashMap, sync::Arc};

use entity::{
    customer,
    id::{CustomerId, OrderLinkId, OrderTransferId},
    mail,
    order_transfer::{Column, Entity, Model, State},
    order_transfer_party,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, SelectStatement},
};

use super::{hint, visibility::visible_to};
use crate::{
    auth::Permission,
    graphql::{Batch, ListRequest, Page, count_of_each, pages_of_each},
    work::{Call, dialect},
};

/// A customer and which part of their transfers is asked for.
type ListKey = (CustomerId, Arc<ListRequest<Column>>);

/// A transfer by id.
#[derive(Debug)]
pub struct OrderTransferById;

impl Batch for OrderTransferById {
    type Key = OrderTransferId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[OrderTransferId]) -> Result<HashMap<OrderTransferId, Arc<Model>>, DbErr> {
        let rows = these(call, keys).all(call.db()).await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// The open transfer of an order.
#[derive(Debug)]
pub struct ActiveTransferOfOrder;

impl Batch for ActiveTransferOfOrder {
    type Key = OrderLinkId;
    type Value = Arc<Model>;

    async fn load(call: &Call, keys: &[OrderLinkId]) -> Result<HashMap<OrderLinkId, Arc<Model>>, DbErr> {
        let rows = visible_to(&call.viewer)
            .filter(Column::State.eq(State::Requested))
            .filter(Column::ExpiresAt.gt(call.now()))
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(Column::OrderLinkId),
                keys.iter().map(|id| id.0),
            ))
            .all(call.db())
            .await?;
        Ok(rows.into_iter().map(|row| (row.order_link_id, Arc::new(row))).collect())
    }
}

/// A page of the transfers of a customer, from them and to them.
#[derive(Debug)]
pub struct TransfersOfCustomer;

impl Batch for TransfersOfCustomer {
    type Key = ListKey;
    type Value = Page<Arc<Model>>;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, Page<Arc<Model>>>, DbErr> {
        pages_of_each(
            call,
            keys,
            order_transfer_party::Column::CustomerId,
            || of_parties(call),
            |row| {
                let party = row.try_get("", "party_id")?;
                Ok((party, Arc::new(Model::from_query_result(row, "")?)))
            },
        )
        .await
    }
}

/// How many transfers a customer has, from them and to them.
#[derive(Debug)]
pub struct TransferCountOfCustomer;

impl Batch for TransferCountOfCustomer {
    type Key = ListKey;
    type Value = i64;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, i64>, DbErr> {
        count_of_each(call, keys, order_transfer_party::Column::CustomerId, || {
            of_parties(call)
        })
        .await
    }
}

/// The last mail to the owner of an order, for who may see all transfers and not only their own.
#[derive(Debug)]
pub struct MailOfTransfer;

impl Batch for MailOfTransfer {
    type Key = OrderTransferId;
    type Value = Arc<mail::Model>;

    async fn load(call: &Call, keys: &[OrderTransferId]) -> Result<HashMap<OrderTransferId, Self::Value>, DbErr> {
        if !call.viewer.may_somewhere(Permission::OrdersRead) {
            return Ok(HashMap::new());
        }
        let rows = these(call, keys)
            .select_also(mail::Entity)
            .join_rev(
                JoinType::InnerJoin,
                mail::Entity::belongs_to(Entity)
                    .from(mail::Column::Id)
                    .to(Column::MailId)
                    .into(),
            )
            .all(call.db())
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|(row, mail)| Some((row.id, Arc::new(mail?))))
            .collect())
    }
}

/// A hint at the new owner, for the owner who is being asked.
#[derive(Debug)]
pub struct NewOwnerHint;

impl Batch for NewOwnerHint {
    type Key = OrderTransferId;
    type Value = String;

    async fn load(call: &Call, keys: &[OrderTransferId]) -> Result<HashMap<OrderTransferId, String>, DbErr> {
        let Some(own) = call.viewer.customer() else {
            return Ok(HashMap::new());
        };
        let rows = these(call, keys)
            .filter(Column::FromCustomerId.eq(own))
            .filter(Column::State.eq(State::Requested))
            .select_also(customer::Entity)
            .join_rev(
                JoinType::InnerJoin,
                customer::Entity::belongs_to(Entity)
                    .from(customer::Column::Id)
                    .to(Column::ToCustomerId)
                    .into(),
            )
            .all(call.db())
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|(row, customer)| Some((row.id, hint::of(&customer?)?)))
            .collect())
    }
}

fn these(call: &Call, keys: &[OrderTransferId]) -> Select<Entity> {
    visible_to(&call.viewer).filter(dialect::any_of(
        call.database.backend(),
        dialect::column(Column::Id),
        keys.iter().map(|id| id.0),
    ))
}

fn of_parties(call: &Call) -> SelectStatement {
    visible_to(&call.viewer)
        .expr_as(
            Expr::col(order_transfer_party::Column::CustomerId.as_column_ref()),
            "party_id",
        )
        .join_rev(
            JoinType::InnerJoin,
            order_transfer_party::Entity::belongs_to(Entity)
                .from(order_transfer_party::Column::OrderTransferId)
                .to(Column::Id)
                .into(),
        )
        .into_query()
}
