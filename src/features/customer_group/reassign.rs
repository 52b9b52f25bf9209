//! Memberships of guests who turn out to be somebody.

use std::collections::HashSet;

use entity::{
    customer_group_member::{Column, Entity, Model},
    id::{CustomerGroupId, CustomerGroupMemberId, CustomerId, PrefixedId},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use crate::work::{Record, Topic, UnitOfWork, WriteError};

/// Puts a customer into the groups of others. Whoever calls this has proof that they are the same person, whatever the
/// viewer may see. Memberships that the customer has already stay with the others.
///
/// # Errors
/// Faults.
pub async fn reassign(unit: &mut UnitOfWork, from: &[CustomerId], to: CustomerId) -> Result<(), WriteError> {
    let mut known: HashSet<CustomerGroupId> = Entity::find()
        .select_only()
        .column(Column::CustomerGroupId)
        .filter(Column::CustomerId.eq(to))
        .into_tuple()
        .all(unit.db())
        .await?
        .into_iter()
        .collect();
    let members: Vec<Model> = Entity::find()
        .filter(Column::CustomerId.is_in(from.iter().copied()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    let moved: Vec<Model> = members
        .into_iter()
        .filter(|member| known.insert(member.customer_group_id))
        .collect();
    if moved.is_empty() {
        return Ok(());
    }
    let ids: Vec<CustomerGroupMemberId> = moved.iter().map(|member| member.id).collect();
    Entity::update_many()
        .col_expr(Column::CustomerId, Expr::val(to))
        .filter(Column::Id.is_in(ids))
        .exec(unit.db())
        .await?;
    for member in moved {
        unit.record(Record {
            topic: Topic("customer.group.added"),
            subject: to.uuid(),
            begins: false,
            object: member.customer_group_id.to_string(),
            version: 1,
            changes: Vec::new(),
        });
    }
    Ok(())
}
