//! Addresses of guests who turn out to be somebody.

use entity::{
    address::{Column, Entity},
    id::{AddressId, CustomerId, PrefixedId},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use serde_json::json;

use crate::work::{FieldChange, Record, Topic, UnitOfWork, WriteError};

/// Gives a customer the addresses of others; none of them becomes a default. Whoever calls this has proof that they
/// are the same person, whatever the viewer may see.
///
/// # Errors
/// Faults.
pub async fn reassign(unit: &mut UnitOfWork, from: &[CustomerId], to: CustomerId) -> Result<(), WriteError> {
    let addresses: Vec<(AddressId, Option<CustomerId>, i32)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::CustomerId, Column::Version])
        .filter(Column::CustomerId.is_in(from.iter().copied()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(unit.db())
        .await?;
    if addresses.is_empty() {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::CustomerId, Expr::val(to))
        .col_expr(Column::IsDefaultShipping, Expr::val(false))
        .col_expr(Column::IsDefaultBilling, Expr::val(false))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
        .filter(Column::CustomerId.is_in(from.iter().copied()))
        .exec(unit.db())
        .await?;
    for (id, before, version) in addresses {
        unit.record(Record {
            topic: Topic("customer.address.updated"),
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
