//! The rules about groups. Everything works on many at once; one is a list of one.

use std::collections::{HashMap, HashSet};

use entity::{
    customer_group::{self, Column, Entity, Model},
    id::{CustomerGroupId, CustomerId, PrefixedId, VendorId},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::Json, sea_query::OnConflict,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{input::check_row, membership, visibility};
use crate::{
    features::customer::service::duplicated,
    graphql::MetadataChange,
    text::fold,
    work::{
        Call, Change, ErrorCode, ReadBack, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError, dialect,
        snapshot::diff,
    },
};

/// A new group, which the platform owns.
#[derive(Clone, Debug)]
pub struct CustomerGroupDraft {
    /// Name.
    pub name: String,
    /// Id in another system.
    pub external_id: Option<String>,
    /// Public metadata, an object.
    pub metadata: Json,
    /// Private metadata, an object.
    pub private_metadata: Json,
}

/// A change of a group.
#[derive(Clone, Debug, Default)]
pub struct CustomerGroupChange {
    /// Name, if it changes.
    pub name: Option<String>,
    /// Id in another system.
    pub external_id: Change<String>,
    /// Public metadata.
    pub metadata: Option<MetadataChange>,
    /// Private metadata.
    pub private_metadata: Option<MetadataChange>,
}

/// One group to change.
#[derive(Clone, Debug)]
pub struct CustomerGroupUpdate {
    /// Which.
    pub id: CustomerGroupId,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// What to change.
    pub change: CustomerGroupChange,
}

/// One group to delete.
#[derive(Clone, Copy, Debug)]
pub struct CustomerGroupDeletion {
    /// Which.
    pub id: CustomerGroupId,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
}

/// A group that was deleted.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct DeletedGroup {
    /// Which.
    pub id: CustomerGroupId,
    /// How many customers were in it.
    pub memberships: u64,
}

/// One result per row, in the order of the rows.
pub type Rows<T = Model> = Vec<Result<T, Vec<UserError>>>;

/// Creates groups; several statements for any number of rows.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn create(unit: &mut UnitOfWork, drafts: Vec<CustomerGroupDraft>) -> Result<Rows, WriteError> {
    let models: Vec<Model> = drafts.into_iter().map(|draft| row_of(unit, draft)).collect();
    let taken = Taken::among(unit, models.iter()).await?;
    let mut seen = Taken::default();
    let rows: Rows = models
        .into_iter()
        .map(|row| {
            let errors = conflicts(&row, &taken, &mut seen);
            if errors.is_empty() { Ok(row) } else { Err(errors) }
        })
        .collect();
    let new: Vec<&Model> = rows.iter().filter_map(|row| row.as_ref().ok()).collect();
    for chunk in new.chunks(1_000) {
        Entity::insert_many(chunk.iter().map(|row| (*row).clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    for row in new {
        unit.record(Record {
            topic: Topic("customer.group.created"),
            subject: row.id.uuid(),
            begins: true,
            object: row.id.to_string(),
            version: row.version,
            changes: diff(None, Some(row)),
        });
    }
    Ok(rows)
}

/// Changes groups; several statements for any number of rows.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn update(unit: &mut UnitOfWork, updates: Vec<CustomerGroupUpdate>) -> Result<Rows, WriteError> {
    let before = locked(unit, updates.iter().map(|update| update.id)).await?;
    // What each row would be; the errors that come of that are told after those of the row itself.
    let planned: Vec<Option<Model>> = updates
        .iter()
        .map(|update| {
            let old = before.get(&update.id)?;
            Some(changed(old, update.change.clone(), unit.now()))
        })
        .collect();
    let taken = Taken::among(unit, planned.iter().flatten()).await?;
    let mut seen_ids = HashSet::new();
    let mut seen = Taken::default();
    let mut rows: Rows = Vec::with_capacity(updates.len());
    for (update, planned) in updates.iter().zip(planned) {
        let (Some(old), Some(new)) = (before.get(&update.id), planned) else {
            rows.push(Err(vec![UserError::not_found("id", "customer group")]));
            continue;
        };
        let mut errors = Vec::new();
        if !seen_ids.insert(update.id) {
            errors.push(duplicated("id"));
        }
        if update.expected_version.is_some_and(|expected| expected != old.version) {
            errors.push(UserError::conflict(old.version));
        }
        if errors.is_empty() {
            errors.extend(conflicts(&new, &taken, &mut seen));
        }
        errors.extend(check_row(&new, &unit.call().limits));
        rows.push(if errors.is_empty() { Ok(new) } else { Err(errors) });
    }
    save(unit, &before, &rows).await?;
    Ok(rows)
}

/// The groups that match, locked, unless there are more than `most`.
///
/// # Errors
/// `SELECTOR_TOO_BROAD` when there are more.
pub async fn select(unit: &UnitOfWork, condition: Condition, most: u64) -> Result<Vec<CustomerGroupId>, WriteError> {
    let rows = visibility::writable_by(unit.viewer())
        .filter(condition)
        .order_by_asc(Column::Id)
        .limit(most + 1)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    if rows.len() as u64 > most {
        return Err(UserError::new(
            ErrorCode::SelectorTooBroad,
            "where",
            format!("More than {most} groups match. Narrow the selector or raise maxAffected."),
        )
        .into());
    }
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Deletes groups and their memberships, but no customer; several statements for any number of rows.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn delete(
    unit: &mut UnitOfWork,
    deletions: &[CustomerGroupDeletion],
) -> Result<Rows<DeletedGroup>, WriteError> {
    let before = locked(unit, deletions.iter().map(|deletion| deletion.id)).await?;
    let mut seen = HashSet::new();
    let rows: Vec<Result<&Model, Vec<UserError>>> = deletions
        .iter()
        .map(|deletion| {
            let Some(row) = before.get(&deletion.id) else {
                return Err(vec![UserError::not_found("id", "customer group")]);
            };
            let mut errors = Vec::new();
            if !seen.insert(deletion.id) {
                errors.push(duplicated("id"));
            }
            if deletion
                .expected_version
                .is_some_and(|expected| expected != row.version)
            {
                errors.push(UserError::conflict(row.version));
            }
            if errors.is_empty() { Ok(row) } else { Err(errors) }
        })
        .collect();
    let gone: Vec<&Model> = rows.iter().filter_map(|row| row.as_ref().ok().copied()).collect();
    let ids: Vec<CustomerGroupId> = gone.iter().map(|row| row.id).collect();
    let memberships = membership::end_all(unit, &ids).await?;
    visibility::delete(unit.viewer())
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(Column::Id),
            ids.iter().map(|id| id.uuid()),
        ))
        .exec(unit.db())
        .await?;
    for row in gone {
        unit.record(Record {
            topic: Topic("customer.group.deleted"),
            subject: row.id.uuid(),
            begins: false,
            object: row.id.to_string(),
            version: row.version + 1,
            changes: diff(Some(row), None),
        });
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            row.map(|row| DeletedGroup {
                id: row.id,
                memberships: memberships.get(&row.id).copied().unwrap_or_default(),
            })
        })
        .collect())
}

/// The groups that the viewer may change, locked for the rest of the unit, always in the same order.
async fn locked(
    unit: &UnitOfWork,
    ids: impl Iterator<Item = CustomerGroupId>,
) -> Result<HashMap<CustomerGroupId, Model>, DbErr> {
    let rows = visibility::writable_by(unit.viewer())
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(Column::Id),
            ids.map(PrefixedId::uuid),
        ))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Names and external ids with the groups that have them.
#[derive(Debug, Default)]
struct Taken {
    names: HashMap<(Option<VendorId>, String), CustomerGroupId>,
    external_ids: HashMap<String, CustomerGroupId>,
}

impl Taken {
    /// Which names and external ids of these rows are in the database, in one statement.
    ///
    /// Not through the viewer's eyes: the database's constraints hold for rows that one may not see, too.
    async fn among<'a>(unit: &UnitOfWork, rows: impl Iterator<Item = &'a Model> + Clone) -> Result<Self, DbErr> {
        let mut names: Vec<&str> = rows.clone().map(|row| row.name_folded.as_str()).collect();
        let external_ids: Vec<&str> = rows.filter_map(|row| row.external_id.as_deref()).collect();
        if names.is_empty() {
            return Ok(Self::default());
        }
        names.sort_unstable();
        names.dedup();
        let known: Vec<(CustomerGroupId, Option<VendorId>, String, Option<String>)> = Entity::find()
            .select_only()
            .columns([
                Column::Id,
                Column::OwnerVendorId,
                Column::NameFolded,
                Column::ExternalId,
            ])
            .filter(
                Condition::any()
                    .add(Column::NameFolded.is_in(names))
                    .add(Column::ExternalId.is_in(external_ids)),
            )
            .into_tuple()
            .all(unit.db())
            .await?;
        let mut taken = Self::default();
        for (id, owner, name, external_id) in known {
            taken.names.insert((owner, name), id);
            if let Some(external_id) = external_id {
                taken.external_ids.insert(external_id, id);
            }
        }
        Ok(taken)
    }
}

/// What of a row belongs to another group: one in the database (`taken`), or an earlier row of the input (`seen`).
fn conflicts(row: &Model, taken: &Taken, seen: &mut Taken) -> Vec<UserError> {
    let mut errors = Vec::new();
    let name = (row.owner_vendor_id, row.name_folded.clone());
    if taken.names.get(&name).is_some_and(|other| *other != row.id) {
        errors.push(UserError::new(
            ErrorCode::NameTaken,
            "name",
            "Another group of the same owner has this name. Choose another name.",
        ));
    } else if seen.names.insert(name, row.id).is_some() {
        errors.push(duplicated("name"));
    }
    if let Some(external_id) = &row.external_id {
        if taken
            .external_ids
            .get(external_id)
            .is_some_and(|other| *other != row.id)
        {
            errors.push(UserError::new(
                ErrorCode::ExternalIdTaken,
                "externalId",
                "Another group has this external id.",
            ));
        } else if seen.external_ids.insert(external_id.clone(), row.id).is_some() {
            errors.push(duplicated("externalId"));
        }
    }
    errors
}

fn row_of(unit: &UnitOfWork, draft: CustomerGroupDraft) -> Model {
    Model {
        id: unit.new_id(),
        owner_vendor_id: None,
        name_folded: fold(&draft.name),
        name: draft.name,
        external_id: draft.external_id,
        metadata: draft.metadata,
        private_metadata: draft.private_metadata,
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    }
}

/// The group as it will be after the change.
fn changed(old: &Model, change: CustomerGroupChange, now: chrono::DateTime<chrono::Utc>) -> Model {
    let mut new = old.clone();
    if let Some(name) = change.name {
        new.name_folded = fold(&name);
        new.name = name;
    }
    change.external_id.apply(&mut new.external_id);
    if let Some(patch) = change.metadata {
        new.metadata = patch.apply(&new.metadata);
    }
    if let Some(patch) = change.private_metadata {
        new.private_metadata = patch.apply(&new.private_metadata);
    }
    if new != *old {
        new.version += 1;
        new.updated_at = now;
    }
    new
}

/// Writes the rows that changed in one statement, and notes what changed.
async fn save(unit: &mut UnitOfWork, before: &HashMap<CustomerGroupId, Model>, rows: &Rows) -> Result<(), WriteError> {
    let changed: Vec<(&Model, &Model)> = rows
        .iter()
        .flatten()
        .filter_map(|new| Some((before.get(&new.id)?, new)))
        .filter(|(old, new)| old.version != new.version)
        .collect();
    let columns: Vec<Column> = <customer_group::Column as sea_orm::Iterable>::iter()
        .filter(|column| !matches!(column, Column::Id))
        .collect();
    for chunk in changed.chunks(1_000) {
        // Every row exists and is locked, so this only ever updates: one statement for all of them.
        Entity::insert_many(chunk.iter().map(|(_, new)| (*new).clone().into_active_model()))
            .on_conflict(
                OnConflict::column(Column::Id)
                    .update_columns(columns.clone())
                    .to_owned(),
            )
            .exec_without_returning(unit.db())
            .await?;
    }
    for (old, new) in changed {
        unit.record(Record {
            topic: Topic("customer.group.updated"),
            subject: new.id.uuid(),
            begins: false,
            object: new.id.to_string(),
            version: new.version,
            changes: diff(Some(old), Some(new)),
        });
    }
    Ok(())
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("name", json!(self.name)),
            ("externalId", json!(self.external_id)),
            ("owner", json!(self.owner_vendor_id)),
            ("metadata", self.metadata.clone()),
            ("privateMetadata", self.private_metadata.clone()),
        ]
    }
}

impl ReadBack for Model {
    type Id = CustomerGroupId;

    fn id(&self) -> CustomerGroupId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        None
    }

    async fn read_back(call: &Call, ids: Vec<CustomerGroupId>) -> Result<Vec<Self>, DbErr> {
        visibility::writable_by(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}
