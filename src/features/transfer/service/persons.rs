//! Customers who go, or turn out to be others.

use std::collections::HashSet;

use entity::{
    id::{CustomerId, OrderTransferId, PrefixedId},
    order_transfer::{Column, Entity, Model, State},
    order_transfer_party,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait},
};

use super::{end, end_all, lock_customers, record_for, topic_of};
use crate::{
    features::account::token::{self, Purpose},
    work::{UnitOfWork, WriteError},
};

/// Takes customers who are about to be deleted out of the transfers: open ones are cancelled, and why they were asked for
/// goes. That there were transfers stays. Call it before their orders are detached.
///
/// # Errors
/// Faults.
pub async fn forget_customer(unit: &mut UnitOfWork, customers: &[CustomerId]) -> Result<(), WriteError> {
    let gone: HashSet<CustomerId> = customers.iter().copied().collect();
    for customers in customers.chunks(1_000) {
        let open = open_among(unit, concerning(customers)).await?;
        let others = open.iter().flat_map(parties).filter(|party| !gone.contains(party));
        lock_customers(unit, others).await?;
        let cancelled = end_all(unit, &open, State::Cancelled).await?;
        for (before, after) in open.iter().zip(&cancelled) {
            tell_those_who_stay(unit, before, after, &gone);
        }
        Entity::update_many()
            .col_expr(Column::Reason, Expr::val(None::<String>))
            .filter(concerning(customers))
            .exec(unit.db())
            .await?;
        Entity::update_many()
            .col_expr(Column::RequestedById, Expr::val(None::<Uuid>))
            .filter(Column::RequestedByType.eq("CUSTOMER"))
            .filter(Column::RequestedById.is_in(customers.iter().map(|customer| customer.uuid())))
            .exec(unit.db())
            .await?;
    }
    Ok(())
}

/// Tells those of a transfer who stay that it was cancelled; the order, where nobody does.
fn tell_those_who_stay(unit: &mut UnitOfWork, before: &Model, after: &Model, gone: &HashSet<CustomerId>) {
    let mut subjects: Vec<_> = parties(before)
        .filter(|party| !gone.contains(party))
        .map(PrefixedId::uuid)
        .collect();
    if subjects.is_empty() {
        subjects.push(before.order_link_id.uuid());
    }
    record_for(
        unit,
        topic_of(State::Cancelled),
        Some(before),
        after,
        subjects.into_iter(),
    );
}

/// Lets the transfers of guests be those of the customer who they turned out to be, with the links in mails that went out.
/// What the customer wanted of one of the guests is theirs by now, so that wish is cancelled. Call it while the guests are
/// still there.
///
/// # Errors
/// Faults.
pub async fn reassign(unit: &mut UnitOfWork, from: &[CustomerId], to: CustomerId) -> Result<(), WriteError> {
    let of_guests = Column::FromCustomerId.is_in(from.iter().copied());
    let moved: Vec<OrderTransferId> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(of_guests.clone())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(unit.db())
        .await?;
    if moved.is_empty() {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::FromCustomerId, Expr::val(to))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
        .filter(of_guests)
        .exec(unit.db())
        .await?;
    let parties = moved.iter().map(|transfer| {
        order_transfer_party::Model {
            customer_id: to,
            order_transfer_id: *transfer,
        }
        .into_active_model()
    });
    // They may have been on the other side; the rows of the guests go with the guests.
    order_transfer_party::Entity::insert_many(parties)
        .on_conflict_do_nothing_on([
            order_transfer_party::Column::CustomerId,
            order_transfer_party::Column::OrderTransferId,
        ])
        .exec_without_returning(unit.db())
        .await?;
    token::reassign(unit, Purpose::ORDER_TRANSFER, from, to).await?;
    let pointless = Condition::all()
        .add(Column::FromCustomerId.eq(to))
        .add(Column::ToCustomerId.eq(to));
    for transfer in open_among(unit, pointless).await? {
        end(unit, &transfer, State::Cancelled).await?;
    }
    Ok(())
}

async fn open_among(unit: &UnitOfWork, which: Condition) -> Result<Vec<Model>, WriteError> {
    Ok(Entity::find()
        .filter(Column::State.eq(State::Requested))
        .filter(which)
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?)
}

fn concerning(customers: &[CustomerId]) -> Condition {
    Condition::any()
        .add(Column::FromCustomerId.is_in(customers.iter().copied()))
        .add(Column::ToCustomerId.is_in(customers.iter().copied()))
}

fn parties(transfer: &Model) -> impl Iterator<Item = CustomerId> + use<> {
    transfer.from_customer_id.into_iter().chain(transfer.to_customer_id)
}
