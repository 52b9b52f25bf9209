//! The rules about who is in which group. Everything works on many pairs at once.
//!
//! Locks are taken in one order, groups before customers and each by id, so that writers wait for each other instead
//! of dying of it. A customer's row is locked because the change goes into the customer's timeline; therefore two
//! who add the same pair at once come one after the other, and the second sees what the first did.

use std::collections::{HashMap, HashSet};

use entity::{
    customer, customer_group,
    customer_group_member::{Column, Entity, Model},
    id::{CustomerGroupId, CustomerGroupMemberId, CustomerId, PrefixedId},
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::Uuid,
    sea_query::{LockType, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{service::Rows, visibility};
use crate::{
    features::customer::{service::duplicated, visibility as customer_visibility},
    work::{FieldChange, Record, Topic, UnitOfWork, UserError, WriteError, dialect},
};

/// How many memberships are ended by one statement when their group goes.
const CHUNK: u64 = 5_000;

/// A customer to add to a group, or to remove from it.
#[derive(Clone, Debug)]
pub struct PairChange {
    /// The customer.
    pub customer: CustomerId,
    /// The group.
    pub group: CustomerGroupId,
    /// Add, else remove.
    pub add: bool,
    /// Where the customer's id stands in the input.
    pub customer_path: String,
    /// Where the group's id stands in the input.
    pub group_path: String,
}

/// What became of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PairResult {
    /// The customer was not in the group and now is.
    Added,
    /// The customer was in the group and no longer is.
    Removed,
    /// The customer already was in the group, or was not in it, as asked.
    Unchanged,
}

/// What became of a pair, with the membership if there was or is one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangedPair {
    /// The customer.
    pub customer: CustomerId,
    /// The group.
    pub group: CustomerGroupId,
    /// What became of it.
    pub result: PairResult,
    /// The membership; absent where there was none to remove.
    pub membership: Option<CustomerGroupMemberId>,
}

/// Adds and removes pairs; several statements for any number of them.
///
/// Adding a member and removing somebody who is none change nothing. The same pair cannot be added and removed at once.
///
/// # Errors
/// Faults; what is wrong with a pair stands in its result.
pub async fn change(unit: &mut UnitOfWork, changes: &[PairChange]) -> Result<Rows<ChangedPair>, WriteError> {
    let groups = lock_groups(unit, changes.iter().map(|change| change.group)).await?;
    let customers = lock_customers(unit, changes.iter().map(|change| change.customer)).await?;
    let mut members: HashMap<(CustomerId, CustomerGroupId), CustomerGroupMemberId> =
        memberships(unit, &customers, &groups).await?;
    let mut asked: HashMap<(CustomerId, CustomerGroupId), bool> = HashMap::with_capacity(changes.len());
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    let mut rows = Vec::with_capacity(changes.len());
    for change in changes {
        let pair = (change.customer, change.group);
        let mut errors = Vec::new();
        if !customers.contains(&change.customer) {
            errors.push(UserError::not_found(&change.customer_path, "customer"));
        }
        if !groups.contains(&change.group) {
            errors.push(UserError::not_found(&change.group_path, "customer group"));
        }
        if *asked.entry(pair).or_insert(change.add) != change.add {
            errors.push(duplicated(&change.customer_path));
        }
        if !errors.is_empty() {
            rows.push(Err(errors));
            continue;
        }
        let known = members.get(&pair).copied();
        let (result, membership) = match (change.add, known) {
            (true, None) => {
                let row = Model {
                    id: unit.new_id(),
                    customer_group_id: change.group,
                    customer_id: change.customer,
                    added_at: unit.now(),
                };
                members.insert(pair, row.id);
                let id = row.id;
                added.push(row);
                (PairResult::Added, Some(id))
            }
            (false, Some(id)) => {
                members.remove(&pair);
                removed.push((id, pair));
                (PairResult::Removed, Some(id))
            }
            (true, known) => (PairResult::Unchanged, known),
            (false, None) => (PairResult::Unchanged, None),
        };
        rows.push(Ok(ChangedPair {
            customer: change.customer,
            group: change.group,
            result,
            membership,
        }));
    }
    for chunk in added.chunks(1_000) {
        Entity::insert_many(chunk.iter().map(|row| row.clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    if !removed.is_empty() {
        delete(unit, removed.iter().map(|(id, _)| *id)).await?;
    }
    for row in added {
        record(unit, row.id, row.customer_id, row.customer_group_id, true);
    }
    for (id, (customer, group)) in removed {
        record(unit, id, customer, group, false);
    }
    Ok(rows)
}

/// Ends every membership in these groups, which the unit holds locked, and tells how many each had.
///
/// # Errors
/// Faults.
pub async fn end_all(
    unit: &mut UnitOfWork,
    groups: &[CustomerGroupId],
) -> Result<HashMap<CustomerGroupId, u64>, WriteError> {
    let mut ended = HashMap::new();
    if groups.is_empty() {
        return Ok(ended);
    }
    loop {
        let rows = visibility::memberships_writable_by(unit.viewer())
            .filter(one_of(unit, Column::CustomerGroupId, groups.iter().map(|id| id.uuid())))
            .order_by_asc(Column::CustomerId)
            .limit(CHUNK)
            .all(unit.db())
            .await?;
        if rows.is_empty() {
            return Ok(ended);
        }
        // Not through the viewer's eyes: the removal goes into every member's timeline, whoever may see the member.
        let locked: Vec<CustomerId> = customer::Entity::find()
            .select_only()
            .column(customer::Column::Id)
            .filter(one_of(
                unit,
                customer::Column::Id,
                rows.iter().map(|row| row.customer_id.uuid()),
            ))
            .order_by_asc(customer::Column::Id)
            .lock_exclusive()
            .into_tuple()
            .all(unit.db())
            .await?;
        let locked: HashSet<CustomerId> = locked.into_iter().collect();
        delete(unit, rows.iter().map(|row| row.id)).await?;
        // Who is not there to be locked was deleted just now, and the membership with them.
        for row in rows.into_iter().filter(|row| locked.contains(&row.customer_id)) {
            *ended.entry(row.customer_group_id).or_insert(0) += 1;
            record(unit, row.id, row.customer_id, row.customer_group_id, false);
        }
    }
}

/// Those of the groups that the viewer may change, locked so that they stay.
async fn lock_groups(
    unit: &UnitOfWork,
    ids: impl Iterator<Item = CustomerGroupId>,
) -> Result<HashSet<CustomerGroupId>, DbErr> {
    let ids = distinct(ids);
    let rows: Vec<CustomerGroupId> = visibility::writable_by(unit.viewer())
        .select_only()
        .column(customer_group::Column::Id)
        .filter(one_of(unit, customer_group::Column::Id, ids.into_iter()))
        .order_by_asc(customer_group::Column::Id)
        .lock(LockType::KeyShare)
        .into_tuple()
        .all(unit.db())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Those of the customers that the viewer may see, locked.
async fn lock_customers(
    unit: &UnitOfWork,
    ids: impl Iterator<Item = CustomerId>,
) -> Result<HashSet<CustomerId>, DbErr> {
    let ids = distinct(ids);
    let rows: Vec<CustomerId> = customer_visibility::visible_to(unit.viewer())
        .select_only()
        .column(customer::Column::Id)
        .filter(one_of(unit, customer::Column::Id, ids.into_iter()))
        .order_by_asc(customer::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(unit.db())
        .await?;
    Ok(rows.into_iter().collect())
}

async fn memberships(
    unit: &UnitOfWork,
    customers: &HashSet<CustomerId>,
    groups: &HashSet<CustomerGroupId>,
) -> Result<HashMap<(CustomerId, CustomerGroupId), CustomerGroupMemberId>, DbErr> {
    if customers.is_empty() || groups.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = visibility::memberships_writable_by(unit.viewer())
        .filter(one_of(unit, Column::CustomerId, customers.iter().map(|id| id.uuid())))
        .filter(one_of(unit, Column::CustomerGroupId, groups.iter().map(|id| id.uuid())))
        .all(unit.db())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| ((row.customer_id, row.customer_group_id), row.id))
        .collect())
}

async fn delete(unit: &UnitOfWork, ids: impl Iterator<Item = CustomerGroupMemberId>) -> Result<(), DbErr> {
    visibility::delete_memberships(unit.viewer())
        .filter(one_of(unit, Column::Id, ids.map(PrefixedId::uuid)))
        .exec(unit.db())
        .await?;
    Ok(())
}

/// One record for each pair, in the timeline of the customer.
fn record(
    unit: &mut UnitOfWork,
    membership: CustomerGroupMemberId,
    customer: CustomerId,
    group: CustomerGroupId,
    added: bool,
) {
    let (before, after) = if added {
        (json!(null), json!(group))
    } else {
        (json!(group), json!(null))
    };
    unit.record(Record {
        topic: Topic(if added {
            "customer.group.added"
        } else {
            "customer.group.removed"
        }),
        subject: customer.uuid(),
        begins: false,
        object: membership.to_string(),
        version: if added { 1 } else { 2 },
        changes: vec![FieldChange {
            path: "groups".to_owned(),
            before,
            after,
        }],
    });
}

fn one_of(unit: &UnitOfWork, column: impl ColumnTrait, ids: impl Iterator<Item = Uuid>) -> SimpleExpr {
    dialect::any_of(unit.call().database.backend(), dialect::column(column), ids)
}

fn distinct<I: PrefixedId>(ids: impl Iterator<Item = I>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.map(PrefixedId::uuid).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
