//! Organizations themselves: create, change, delete.

use std::collections::{HashMap, HashSet};

use entity::{
    id::{OrganizationId, PrefixedId},
    organization::{Column, Entity, Model},
    organization_member, organization_unit,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, Iterable, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

use super::{
    super::visibility,
    admission::{self, MemberDraft},
    draft::{OrganizationChange, OrganizationDraft, OrganizationUpdate},
};
use crate::{
    config::Limits,
    graphql::{RowResults, check_metadata},
    text::fold,
    work::{
        ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError,
        dialect::{any_of, column},
        snapshot::diff,
    },
};

/// The most rows in one statement.
pub(super) const CHUNK: usize = 1_000;

/// One result per row, in the order of the rows.
pub type Rows = RowResults<Model>;

/// Finds an organization through the viewer's eyes and locks the row for the rest of the unit. Whoever changes the
/// members or the tree of an organization holds this lock, so that rules about all of them hold.
///
/// # Errors
/// `NOT_FOUND` at `path` when there is none that the viewer may change.
pub(super) async fn find(unit: &UnitOfWork, id: OrganizationId, path: &str) -> Result<Model, WriteError> {
    visibility::writable_by::<Entity>(unit.viewer())
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found(path, "organization").into())
}

/// Creates organizations, each with its root unit; several statements for any number of rows.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn create(unit: &mut UnitOfWork, drafts: Vec<OrganizationDraft>) -> Result<Rows, WriteError> {
    let taken = external_ids_taken(unit, drafts.iter().filter_map(|draft| draft.external_id.as_deref())).await?;
    let mut seen = HashSet::new();
    let mut rows = Vec::with_capacity(drafts.len());
    for draft in drafts {
        rows.push(match &draft.external_id {
            Some(external_id) if taken.contains_key(external_id) => Err(vec![external_id_taken()]),
            Some(external_id) if !seen.insert(external_id.clone()) => Err(vec![duplicated("externalId")]),
            _ => Ok(row_of(unit, draft)),
        });
    }
    let new: Vec<&Model> = rows.iter().filter_map(|row| row.as_ref().ok()).collect();
    let roots: Vec<organization_unit::Model> = new.iter().map(|row| root_of(unit, row)).collect();
    for chunk in new.chunks(CHUNK) {
        Entity::insert_many(chunk.iter().map(|row| (*row).clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    for chunk in roots.chunks(CHUNK) {
        organization_unit::Entity::insert_many(chunk.iter().map(|root| root.clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    for (row, root) in new.into_iter().zip(&roots) {
        unit.record(Record {
            topic: Topic("organization.created"),
            subject: row.id.uuid(),
            begins: true,
            object: row.id.to_string(),
            version: row.version,
            changes: diff(None, Some(row)),
        });
        unit.record(Record {
            topic: Topic("organization.unit_created"),
            subject: row.id.uuid(),
            begins: true,
            object: root.id.to_string(),
            version: root.version,
            changes: diff(None, Some(root)),
        });
    }
    Ok(rows)
}

/// Creates one organization with its first members.
///
/// # Errors
/// `EXTERNAL_ID_TAKEN`, and what is wrong with a member, at `members.N`.
pub async fn create_with_members(
    unit: &mut UnitOfWork,
    draft: OrganizationDraft,
    members: &[MemberDraft],
) -> Result<Model, WriteError> {
    let wanted: Vec<_> = members.iter().map(|member| (None, member)).collect();
    let resolved = admission::resolve(unit, &wanted).await?;
    let members = admission::without_errors("members", resolved);
    let row = create(unit, vec![draft]).await?.remove(0);
    match (row, members) {
        (Ok(row), Ok(members)) => {
            let members = members.into_iter().map(|member| (row.id, member)).collect();
            admission::insert(unit, members).await?;
            Ok(row)
        }
        (row, members) => Err(row
            .err()
            .into_iter()
            .chain(members.err())
            .flatten()
            .collect::<Vec<_>>()
            .into()),
    }
}

/// Changes organizations; several statements for any number of rows.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn update(unit: &mut UnitOfWork, updates: Vec<OrganizationUpdate>) -> Result<Rows, WriteError> {
    if updates.is_empty() {
        return Ok(Vec::new());
    }
    let before: HashMap<OrganizationId, Model> = visibility::writable_by::<Entity>(unit.viewer())
        .filter(any_of(
            unit.call().database.backend(),
            column(Column::Id),
            updates.iter().map(|update| update.id.uuid()),
        ))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let wanted = updates
        .iter()
        .filter_map(|update| update.change.external_id.new_value().map(String::as_str));
    let taken = external_ids_taken(unit, wanted).await?;
    let mut seen = HashSet::new();
    let mut rows: Rows = Vec::with_capacity(updates.len());
    for update in updates {
        let Some(old) = before.get(&update.id) else {
            rows.push(Err(vec![UserError::not_found("id", "organization")]));
            continue;
        };
        let mut errors = Vec::new();
        if update.expected_version.is_some_and(|expected| expected != old.version) {
            errors.push(UserError::conflict(old.version));
        }
        if let Some(external_id) = update.change.external_id.new_value() {
            if taken.get(external_id).is_some_and(|owner| *owner != old.id) {
                errors.push(external_id_taken());
            } else if !seen.insert(external_id.clone()) {
                errors.push(duplicated("externalId"));
            }
        }
        let new = changed(old, update.change, unit.now());
        errors.extend(check_row(&new, &unit.call().limits));
        rows.push(if errors.is_empty() { Ok(new) } else { Err(errors) });
    }
    save(unit, &before, &rows).await?;
    Ok(rows)
}

/// Deletes an organization for good, confirmed by its name (case and accents make no difference), with its units,
/// their addresses, its own roles and its memberships. Customers stay, and so do links to orders, without the
/// organization.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`, `CONFIRMATION_MISMATCH`.
pub async fn delete(
    unit: &mut UnitOfWork,
    id: OrganizationId,
    expected_version: Option<i32>,
    confirm_name: &str,
) -> Result<(), WriteError> {
    let row = find(unit, id, "id").await?;
    if expected_version.is_some_and(|expected| expected != row.version) {
        return Err(UserError::conflict(row.version).into());
    }
    if fold(confirm_name) != row.name_folded {
        return Err(UserError::new(
            ErrorCode::ConfirmationMismatch,
            "confirmName",
            "This is not the name of the organization. Write it as the organization has it.",
        )
        .into());
    }
    // Before the organization, because a member's role cannot go before the member does.
    visibility::delete::<organization_member::Entity>(unit.viewer())
        .filter(organization_member::Column::OrganizationId.eq(id))
        .exec(unit.db())
        .await?;
    visibility::delete::<Entity>(unit.viewer())
        .filter(Column::Id.eq(id))
        .exec(unit.db())
        .await?;
    unit.record(Record {
        topic: Topic("organization.deleted"),
        subject: id.uuid(),
        begins: false,
        object: id.to_string(),
        version: row.version + 1,
        changes: Vec::new(),
    });
    Ok(())
}

/// The same key twice in one input.
pub(super) fn duplicated(path: &str) -> UserError {
    UserError::new(
        ErrorCode::DuplicatedInputItem,
        path,
        "This occurs more than once in the input.",
    )
}

/// Complains about the metadata of an organization.
pub(super) fn check_row(row: &Model, limits: &Limits) -> Vec<UserError> {
    [("metadata", &row.metadata), ("privateMetadata", &row.private_metadata)]
        .into_iter()
        .filter_map(|(path, metadata)| check_metadata(path, metadata, limits))
        .collect()
}

fn external_id_taken() -> UserError {
    UserError::new(
        ErrorCode::ExternalIdTaken,
        "externalId",
        "Another organization has this external id.",
    )
}

fn row_of(unit: &UnitOfWork, draft: OrganizationDraft) -> Model {
    Model {
        id: unit.new_id(),
        name_folded: fold(&draft.name),
        name: draft.name,
        legal_name: draft.legal_name,
        registration_number: draft.registration_number,
        external_id: draft.external_id,
        status: draft.status,
        metadata: draft.metadata,
        private_metadata: draft.private_metadata,
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    }
}

/// The root unit of a new organization has its name.
fn root_of(unit: &UnitOfWork, organization: &Model) -> organization_unit::Model {
    organization_unit::Model {
        id: unit.new_id(),
        organization_id: organization.id,
        parent_id: None,
        name: organization.name.clone(),
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    }
}

/// The organization as it will be after the change.
fn changed(old: &Model, change: OrganizationChange, now: chrono::DateTime<chrono::Utc>) -> Model {
    let mut new = old.clone();
    if let Some(name) = change.name {
        new.name_folded = fold(&name);
        new.name = name;
    }
    change.legal_name.apply(&mut new.legal_name);
    change.registration_number.apply(&mut new.registration_number);
    change.external_id.apply(&mut new.external_id);
    if let Some(status) = change.status {
        new.status = status;
    }
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
async fn save(unit: &mut UnitOfWork, before: &HashMap<OrganizationId, Model>, rows: &Rows) -> Result<(), WriteError> {
    let changed: Vec<&Model> = rows
        .iter()
        .filter_map(|row| row.as_ref().ok())
        .filter(|row| before.get(&row.id).is_some_and(|old| old.version != row.version))
        .collect();
    if let [only] = changed.as_slice() {
        // `reset_all` marks every column as set, so that the row is written as it now is.
        Entity::update((*only).clone().into_active_model().reset_all())
            .exec_without_returning(unit.db())
            .await?;
    } else {
        // Every row exists and is locked, so this only ever updates: one statement for all of them.
        let columns = Column::iter().filter(|column| !matches!(column, Column::Id));
        for chunk in changed.chunks(CHUNK) {
            Entity::insert_many(chunk.iter().map(|row| (*row).clone().into_active_model()))
                .on_conflict(
                    OnConflict::column(Column::Id)
                        .update_columns(columns.clone())
                        .to_owned(),
                )
                .exec_without_returning(unit.db())
                .await?;
        }
    }
    for row in changed {
        unit.record(Record {
            topic: Topic("organization.updated"),
            subject: row.id.uuid(),
            begins: false,
            object: row.id.to_string(),
            version: row.version,
            changes: diff(before.get(&row.id), Some(row)),
        });
    }
    Ok(())
}

async fn external_ids_taken<'a>(
    unit: &UnitOfWork,
    wanted: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, OrganizationId>, DbErr> {
    let wanted: Vec<&str> = wanted.collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    // Who may write organizations may write all of them, so nobody's external id is hidden from this.
    let rows: Vec<(Option<String>, OrganizationId)> = visibility::writable_by::<Entity>(unit.viewer())
        .select_only()
        .columns([Column::ExternalId, Column::Id])
        .filter(Column::ExternalId.is_in(wanted))
        .into_tuple()
        .all(unit.db())
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(external_id, id)| Some((external_id?, id)))
        .collect())
}
