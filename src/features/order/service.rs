//! The rules about order links that other rooms need.

use entity::{
    id::{CustomerId, OrderLinkId, PrefixedId},
    order_link::Column,
};
use sea_orm::{
    QueryOrder, QuerySelect,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait},
};

use super::{follow, visibility};
use crate::work::{UnitOfWork, WriteError, timeline};

/// Takes the person out of the order links of customers who are about to be deleted, and out of those of nobody that have
/// an e-mail address that is theirs alone: the links stay for the books, without customer and e-mail address, and what the
/// links' own timelines say goes.
///
/// # Errors
/// Faults.
pub async fn detach_customer(unit: &mut UnitOfWork, customers: &[CustomerId]) -> Result<(), WriteError> {
    for customers in customers.chunks(1_000) {
        let links: Vec<OrderLinkId> = visibility::detachable_by(unit.viewer(), customers)
            .select_only()
            .column(Column::Id)
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .into_tuple()
            .all(unit.db())
            .await?;
        if links.is_empty() {
            continue;
        }
        visibility::detach(unit.viewer(), customers)
            .col_expr(Column::CustomerId, Expr::val(None::<CustomerId>))
            .col_expr(Column::NamedCustomerId, Expr::val(None::<CustomerId>))
            .col_expr(Column::Email, Expr::val(None::<String>))
            .col_expr(Column::EmailNormalized, Expr::val(None::<String>))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
            .exec(unit.db())
            .await?;
        follow::release(unit, customers, &links).await?;
        for links in links.chunks(1_000) {
            let subjects: Vec<Uuid> = links.iter().map(|link| link.uuid()).collect();
            timeline::forget(unit.db(), &subjects).await?;
        }
    }
    Ok(())
}
