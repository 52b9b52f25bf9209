//! The rules about order links that other rooms need.

use entity::{
    id::{CustomerId, OrderLinkId, PrefixedId},
    order_link::Column,
};
use sea_orm::{
    QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait},
};

use super::{follow, visibility};
use crate::work::{UnitOfWork, WriteError, dialect, timeline};

/// How many customers, addresses or links one statement names.
const AT_ONCE: usize = 1_000;

/// Takes the person out of the order links of customers who are about to be deleted, and out of those of nobody that have
/// an e-mail address that is theirs alone: the links stay for the books, without customer and e-mail address, and what the
/// links' own timelines say goes.
///
/// # Errors
/// Faults.
pub async fn detach_customer(unit: &mut UnitOfWork, customers: &[CustomerId]) -> Result<(), WriteError> {
    let addresses: Vec<String> =
        visibility::addresses_of_these_alone(unit.call().database.backend(), unit.viewer(), customers)
            .into_tuple()
            .all(unit.db())
            .await?;
    // There are no more addresses than customers.
    let mut addresses = addresses.chunks(AT_ONCE);
    for customers in customers.chunks(AT_ONCE) {
        let addresses = addresses.next().unwrap_or_default();
        visibility::named(unit.viewer(), customers)
            .col_expr(Column::NamedCustomerId, Expr::val(None::<CustomerId>))
            .exec(unit.db())
            .await?;
        let links: Vec<OrderLinkId> = visibility::detachable_by(unit.viewer(), customers, addresses)
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
        visibility::detach(unit.viewer(), customers, addresses)
            .col_expr(Column::CustomerId, Expr::val(None::<CustomerId>))
            .col_expr(Column::NamedCustomerId, Expr::val(None::<CustomerId>))
            .col_expr(Column::Email, Expr::val(None::<String>))
            .col_expr(Column::EmailNormalized, Expr::val(None::<String>))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
            // Those that are locked, and none that came since.
            .filter(dialect::any_of(
                unit.call().database.backend(),
                dialect::column(Column::Id),
                links.iter().map(|link| link.uuid()),
            ))
            .exec(unit.db())
            .await?;
        follow::release(unit, customers, &links).await?;
        for links in links.chunks(AT_ONCE) {
            let subjects: Vec<Uuid> = links.iter().map(|link| link.uuid()).collect();
            timeline::forget(unit.db(), &subjects).await?;
        }
    }
    Ok(())
}
