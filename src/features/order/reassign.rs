//! Orders of guests who turn out to be somebody.

use entity::{
    id::{CustomerId, PrefixedId},
    order_link::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use serde_json::json;

use super::follow::{Step, follow};
use crate::work::{FieldChange, Record, Topic, UnitOfWork, WriteError};

/// Gives a customer the orders of others. Whoever calls this has proof that they are the same person, whatever the
/// viewer may see.
///
/// # Errors
/// Faults.
pub async fn reassign(unit: &mut UnitOfWork, from: &[CustomerId], to: CustomerId) -> Result<(), WriteError> {
    Entity::update_many()
        .col_expr(Column::NamedCustomerId, Expr::val(to))
        .filter(Column::NamedCustomerId.is_in(from.iter().copied()))
        .exec(unit.db())
        .await?;
    let links = Entity::find()
        .filter(Column::CustomerId.is_in(from.iter().copied()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    if links.is_empty() {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::CustomerId, Expr::val(to))
        .col_expr(Column::NamedCustomerId, Expr::val(to))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
        .filter(Column::CustomerId.is_in(from.iter().copied()))
        .exec(unit.db())
        .await?;
    let given: Vec<Model> = links
        .iter()
        .map(|link| Model {
            customer_id: Some(to),
            named_customer_id: Some(to),
            version: link.version + 1,
            updated_at: unit.now(),
            ..link.clone()
        })
        .collect();
    let steps: Vec<Step<'_>> = links
        .iter()
        .zip(&given)
        .map(|(before, after)| Step {
            before: Some(before),
            after,
        })
        .collect();
    follow(unit, &steps).await?;
    for (before, after) in links.iter().zip(&given) {
        unit.record(Record {
            topic: Topic("order.updated"),
            subject: to.uuid(),
            begins: false,
            object: after.id.to_string(),
            version: after.version,
            changes: vec![FieldChange {
                path: "customerId".to_owned(),
                before: json!(before.customer_id),
                after: json!(to),
            }],
        });
    }
    Ok(())
}
