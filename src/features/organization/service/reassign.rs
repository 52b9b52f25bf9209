//! Memberships of guests who turn out to be somebody.

use std::collections::HashSet;

use entity::{
    id::{CustomerId, OrganizationId, OrganizationMemberId, PrefixedId},
    organization_member::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use crate::work::{Record, Topic, UnitOfWork, WriteError};

/// Gives a customer the memberships of others, with their roles. Whoever calls this has proof that they are the same
/// person, whatever the viewer may see. Where the customer is a member already, the others' membership stays theirs.
///
/// # Errors
/// Faults.
pub async fn reassign(unit: &mut UnitOfWork, from: &[CustomerId], to: CustomerId) -> Result<(), WriteError> {
    let mut known: HashSet<OrganizationId> = Entity::find()
        .select_only()
        .column(Column::OrganizationId)
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
        .filter(|member| known.insert(member.organization_id))
        .collect();
    if moved.is_empty() {
        return Ok(());
    }
    let ids: Vec<OrganizationMemberId> = moved.iter().map(|member| member.id).collect();
    Entity::update_many()
        .col_expr(Column::CustomerId, Expr::val(to))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.is_in(ids))
        .exec(unit.db())
        .await?;
    for member in moved {
        unit.record(Record {
            topic: Topic("organization.updated"),
            subject: member.organization_id.uuid(),
            begins: false,
            object: member.id.to_string(),
            version: member.version + 1,
            changes: Vec::new(),
        });
    }
    Ok(())
}
