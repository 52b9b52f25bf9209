//! What follows an order: its activities and its place in the sums of its customer.
//!
//! Whoever changes a link that is there already, or makes one, tells it here in the same unit of work, with the link
//! before and after: whose order it is, its state, its currency, its total, what was paid back.

use entity::{
    id::{CustomerId, OrderLinkId, PrefixedId},
    order_activity, order_link, order_token,
};
use sea_orm::{
    DbErr, EntityTrait, QueryFilter,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait, Query},
};

pub use super::sums::Step;
use super::{sums::Sums, visibility};
use crate::work::{ErrorCode, UnitOfWork, UserError, WriteError, dialect};

/// The most ids in one statement.
const IDS: usize = 1_000;

/// Keeps in step what follows these orders: activities belong to whom the order belongs, tokens of the order are not
/// good any more when it goes from one customer to another, and the sums of everybody concerned are right. The links are
/// locked, and written already.
///
/// # Errors
/// `LIMIT_EXCEEDED` when a sum would be larger than a number can be; faults.
pub async fn follow(unit: &UnitOfWork, steps: &[Step<'_>]) -> Result<(), WriteError> {
    let sums = Sums::lock(unit, steps).await?;
    if !sums.too_large(steps).is_empty() {
        return Err(too_large("").into());
    }
    Ok(follow_with(unit, sums, steps).await?)
}

/// The same with sums that were locked, and found not too large, before the links were written.
pub(super) async fn follow_with(unit: &UnitOfWork, sums: Sums, steps: &[Step<'_>]) -> Result<(), DbErr> {
    let moved: Vec<Uuid> = steps
        .iter()
        .filter(|step| {
            step.before
                .is_some_and(|before| before.customer_id != step.after.customer_id)
        })
        .map(|step| step.after.id.uuid())
        .collect();
    let given: Vec<Uuid> = steps
        .iter()
        .filter(|step| {
            let before = step.before.and_then(|before| before.customer_id);
            before.is_some() && before != step.after.customer_id
        })
        .map(|step| step.after.id.uuid())
        .collect();
    for chunk in moved.chunks(IDS) {
        move_activities(unit, chunk).await?;
    }
    for chunk in given.chunks(IDS) {
        withdraw_tokens(unit, chunk).await?;
    }
    sums.add(unit, steps).await
}

/// Takes these customers, who go altogether, out of what follows their orders, these ones. What somebody noted about
/// the orders goes with them.
pub(super) async fn release(unit: &UnitOfWork, customers: &[CustomerId], links: &[OrderLinkId]) -> Result<(), DbErr> {
    use order_activity::Column;
    for chunk in links.chunks(IDS) {
        let links: Vec<Uuid> = chunk.iter().map(|link| link.uuid()).collect();
        order_activity::Entity::update_many()
            .col_expr(Column::CustomerId, Expr::val(None::<CustomerId>))
            .col_expr(Column::Note, Expr::val(None::<String>))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
            .filter(dialect::any_of(
                unit.call().database.backend(),
                dialect::column(Column::OrderLinkId),
                links.iter().copied(),
            ))
            .exec(unit.db())
            .await?;
        withdraw_tokens(unit, &links).await?;
    }
    visibility::delete_sums(unit.viewer(), customers)
        .exec(unit.db())
        .await?;
    Ok(())
}

/// A sum would be larger than a number can be.
pub(super) fn too_large(path: &str) -> UserError {
    UserError::new(
        ErrorCode::LimitExceeded,
        path,
        "The orders of the customer in this currency add up to more than can be kept.",
    )
}

/// The activities of these orders belong to whom the orders belong now.
async fn move_activities(unit: &UnitOfWork, links: &[Uuid]) -> Result<(), DbErr> {
    use order_activity::Column;
    let owner = Query::select()
        .column((order_link::Entity, order_link::Column::CustomerId))
        .from(order_link::Entity)
        .and_where(
            Expr::col((order_link::Entity, order_link::Column::Id))
                .equals((order_activity::Entity, Column::OrderLinkId)),
        )
        .take();
    order_activity::Entity::update_many()
        .col_expr(Column::CustomerId, Expr::SubQuery(None, Box::new(owner.into())))
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(Column::OrderLinkId),
            links.iter().copied(),
        ))
        .exec(unit.db())
        .await?;
    Ok(())
}

pub(super) async fn withdraw_tokens(unit: &UnitOfWork, links: &[Uuid]) -> Result<(), DbErr> {
    order_token::Entity::delete_many()
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(order_token::Column::OrderLinkId),
            links.iter().copied(),
        ))
        .exec(unit.db())
        .await?;
    Ok(())
}
