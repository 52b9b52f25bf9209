//! Create or change, whichever it takes.

use std::collections::{HashMap, HashSet};

use entity::{
    id::{OrganizationId, PrefixedId},
    organization::{Column, Entity, Model, Status},
};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, entity::prelude::Json};

use super::{
    super::visibility,
    admission::{self, MemberDraft, NewMember},
    draft::{OrganizationChange, OrganizationDraft, OrganizationUpdate},
    organization::{create, duplicated, update},
};
use crate::{
    config::Limits,
    graphql::{RowResults, check_metadata},
    work::{
        Change, ErrorCode, UnitOfWork, UserError, WriteError,
        dialect::{any_of, column},
    },
};

/// What identifies an organization to the caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identifier {
    /// Our id; there must be one.
    Id(OrganizationId),
    /// The id in another system; when there is none, one is created.
    ExternalId(String),
}

/// One organization to create or change.
#[derive(Clone, Debug)]
pub struct OrganizationUpsert {
    /// Which.
    pub identifier: Identifier,
    /// Where the input names it.
    pub path: &'static str,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// What to write.
    pub change: OrganizationChange,
    /// Who is to be a member. Who is one already stays as they are, and nobody is removed.
    pub members: Vec<MemberDraft>,
}

/// What became of one row: the organization and whether it was created, or what is wrong with the row.
type UpsertResult = Result<(Model, bool), Vec<UserError>>;

/// The organization of each row, in the order of the rows, and whether it was created.
pub type UpsertRows = RowResults<(Model, bool)>;

/// Creates or changes organizations and adds members that are missing; several statements for any number of rows.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result, and nothing of such a row is written.
pub async fn upsert(unit: &mut UnitOfWork, rows: Vec<OrganizationUpsert>) -> Result<UpsertRows, WriteError> {
    let known = known(unit, &rows).await?;
    let mut members = members_of_each(unit, &rows, &known).await?.into_iter();
    let mut seen = HashSet::new();
    let mut results: Vec<Option<UpsertResult>> = Vec::with_capacity(rows.len());
    let (mut drafts, mut updates, mut joining) = (Vec::new(), Vec::new(), HashMap::new());
    for (place, row) in rows.into_iter().enumerate() {
        let mut errors = Vec::new();
        let old = known.get(&row.identifier);
        let key = old.map_or_else(|| row.identifier.clone(), |old| Identifier::Id(old.id));
        if !seen.insert(key) {
            errors.push(duplicated(row.path));
        }
        match members.next() {
            Some(Ok(new)) => {
                joining.insert(place, new);
            }
            Some(Err(wrong)) => errors.extend(wrong),
            None => {}
        }
        match (old, row.identifier) {
            (Some(old), _) if errors.is_empty() => updates.push((
                place,
                OrganizationUpdate {
                    id: old.id,
                    expected_version: row.expected_version,
                    change: row.change,
                },
            )),
            (Some(_), _) => {}
            (None, Identifier::Id(_)) => errors.push(UserError::not_found(row.path, "organization")),
            (None, Identifier::ExternalId(external_id)) => match draft(row.change, external_id, &unit.call().limits) {
                Ok(draft) if errors.is_empty() => drafts.push((place, draft)),
                Ok(_) => {}
                Err(wrong) => errors.extend(wrong),
            },
        }
        results.push((!errors.is_empty()).then_some(Err(errors)));
    }
    let (places, drafts): (Vec<usize>, Vec<_>) = drafts.into_iter().unzip();
    for (place, row) in places.into_iter().zip(create(unit, drafts).await?) {
        results[place] = Some(row.map(|row| (row, true)));
    }
    let (places, updates): (Vec<usize>, Vec<_>) = updates.into_iter().unzip();
    for (place, row) in places.into_iter().zip(update(unit, updates).await?) {
        results[place] = Some(row.map(|row| (row, false)));
    }
    let results: UpsertRows = results.into_iter().flatten().collect();
    join(unit, &results, joining).await?;
    Ok(results)
}

/// Adds the members of the rows that were written, except those who are members already.
async fn join(
    unit: &mut UnitOfWork,
    results: &UpsertRows,
    mut joining: HashMap<usize, Vec<NewMember>>,
) -> Result<(), WriteError> {
    let mut wanted = Vec::new();
    for (place, row) in results.iter().enumerate() {
        if let (Ok((row, _)), Some(members)) = (row, joining.remove(&place)) {
            wanted.extend(members.into_iter().map(|member| (row.id, member)));
        }
    }
    let pairs: Vec<_> = wanted
        .iter()
        .map(|(organization, member)| (*organization, member.customer))
        .collect();
    let existing = admission::existing(unit, &pairs).await?;
    wanted.retain(|(organization, member)| !existing.contains(&(*organization, member.customer)));
    admission::insert(unit, wanted).await?;
    Ok(())
}

/// The organizations that the rows name, locked in the order of their ids.
async fn known(unit: &UnitOfWork, rows: &[OrganizationUpsert]) -> Result<HashMap<Identifier, Model>, WriteError> {
    let (mut ids, mut external_ids) = (Vec::new(), Vec::new());
    for row in rows {
        match &row.identifier {
            Identifier::Id(id) => ids.push(id.uuid()),
            Identifier::ExternalId(external_id) => external_ids.push(external_id.as_str()),
        }
    }
    let mut any = Condition::any();
    if !ids.is_empty() {
        any = any.add(any_of(unit.call().database.backend(), column(Column::Id), ids));
    }
    if !external_ids.is_empty() {
        any = any.add(Column::ExternalId.is_in(external_ids));
    }
    if any.is_empty() {
        return Ok(HashMap::new());
    }
    let found = visibility::writable_by::<Entity>(unit.viewer())
        .filter(any)
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    let mut known = HashMap::with_capacity(found.len() * 2);
    for row in found {
        if let Some(external_id) = &row.external_id {
            known.insert(Identifier::ExternalId(external_id.clone()), row.clone());
        }
        known.insert(Identifier::Id(row.id), row);
    }
    Ok(known)
}

/// Finds what the members of all rows name, in one go.
async fn members_of_each(
    unit: &UnitOfWork,
    rows: &[OrganizationUpsert],
    known: &HashMap<Identifier, Model>,
) -> Result<Vec<Result<Vec<NewMember>, Vec<UserError>>>, WriteError> {
    let wanted: Vec<_> = rows
        .iter()
        .flat_map(|row| {
            let organization = known.get(&row.identifier).map(|known| known.id);
            row.members.iter().map(move |member| (organization, member))
        })
        .collect();
    let mut resolved = admission::resolve(unit, &wanted).await?.into_iter();
    Ok(rows
        .iter()
        .map(|row| admission::without_errors("members", resolved.by_ref().take(row.members.len()).collect()))
        .collect())
}

/// A change of an organization that is not there yet, as a new organization.
fn draft(
    change: OrganizationChange,
    external_id: String,
    limits: &Limits,
) -> Result<OrganizationDraft, Vec<UserError>> {
    let mut errors = Vec::new();
    if change.name.is_none() {
        errors.push(UserError::new(
            ErrorCode::Required,
            "name",
            "There is no such organization yet. Give a name to create it.",
        ));
    }
    let empty = Json::Object(serde_json::Map::new());
    let metadata = change.metadata.unwrap_or_default().apply(&empty);
    let private_metadata = change.private_metadata.unwrap_or_default().apply(&empty);
    errors.extend(
        [("metadata", &metadata), ("privateMetadata", &private_metadata)]
            .into_iter()
            .filter_map(|(path, metadata)| check_metadata(path, metadata, limits)),
    );
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(OrganizationDraft {
        name: change.name.unwrap_or_default(),
        legal_name: set(change.legal_name),
        registration_number: set(change.registration_number),
        // What identified it is its external id unless another is given, so that the next upsert finds it.
        external_id: set(change.external_id).or(Some(external_id)),
        status: change.status.unwrap_or(Status::Active),
        metadata,
        private_metadata,
    })
}

fn set(change: Change<String>) -> Option<String> {
    match change {
        Change::Set(value) => Some(value),
        Change::Keep | Change::Clear => None,
    }
}
