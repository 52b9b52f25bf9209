//! Orders of guests who turn out to be somebody.

use entity::{
    id::{CustomerId, OrderLinkId, PrefixedId},
    order_link::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use serde_json::json;

use crate::work::{FieldChange, Record, Topic, UnitOfWork, WriteError};

/// Gives a customer the orders of others. Whoever calls this has proof that they are the same person, whatever the
/// viewer may see.
///
/// # Errors
/// Faults.
pub async fn reassign(unit: &mut UnitOfWork, from: &[CustomerId], to: CustomerId) -> Result<(), WriteError> {
    let links: Vec<(OrderLinkId, Option<CustomerId>, i32)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::CustomerId, Column::Version])
        .filter(Column::CustomerId.is_in(from.iter().copied()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(unit.db())
        .await?;
    if links.is_empty() {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::CustomerId, Expr::val(to))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
        .filter(Column::CustomerId.is_in(from.iter().copied()))
        .exec(unit.db())
        .await?;
    for (id, before, version) in links {
        unit.record(Record {
            topic: Topic("order.updated"),
            subject: to.uuid(),
            begins: false,
            object: id.to_string(),
            version: version + 1,
            changes: vec![FieldChange {
                path: "customerId".to_owned(),
                before: json!(before),
                after: json!(to),
            }],
        });
    }
    Ok(())
}
