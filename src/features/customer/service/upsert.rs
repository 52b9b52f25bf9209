//! Customers behind identifiers, changed or created.

use std::collections::{HashMap, HashSet};

use entity::{
    customer::{Column, Model},
    id::CustomerId,
};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, entity::prelude::Json};

use super::{CustomerDraft, CustomerUpdate, CustomerUpsert, KnownBy, create, duplicated, update};
use crate::{
    features::customer::visibility,
    text::e164,
    work::{UnitOfWork, UserError, WriteError},
};

/// A key under which a customer is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Id(CustomerId),
    Email(String),
    ExternalId(String),
}

impl KnownBy {
    fn key(&self) -> Key {
        match self {
            Self::Id(id) => Key::Id(*id),
            Self::Email(email) => Key::Email(email.normalized.clone()),
            Self::ExternalId(external_id) => Key::ExternalId(external_id.clone()),
        }
    }
}

/// Changes the customers behind identifiers, or creates them; several statements for any number of rows. Answers each
/// row and whether it was created.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn upsert(
    unit: &mut UnitOfWork,
    upserts: Vec<CustomerUpsert>,
) -> Result<Vec<Result<(Model, bool), Vec<UserError>>>, WriteError> {
    let keys: Vec<Key> = upserts.iter().map(|upsert| upsert.known_by.key()).collect();
    let known = identify(unit, &keys).await?;
    let mut seen = HashSet::new();
    let mut places = Vec::with_capacity(upserts.len());
    let (mut updates, mut drafts) = (Vec::new(), Vec::new());
    for (upsert, key) in upserts.into_iter().zip(keys) {
        places.push(if !seen.insert(key.clone()) {
            Err(vec![duplicated("identifier")])
        } else if let Some(id) = known.get(&key) {
            updates.push(CustomerUpdate {
                id: *id,
                expected_version: None,
                change: upsert.change,
            });
            Ok(false)
        } else if matches!(key, Key::Id(_)) {
            Err(vec![UserError::not_found("identifier", "customer")])
        } else {
            drafts.push(draft_of(upsert));
            Ok(true)
        });
    }
    let mut updated = update(unit, updates).await?.into_iter();
    let mut created = create(unit, drafts).await?.into_iter();
    Ok(places
        .into_iter()
        .filter_map(|place| match place {
            Err(errors) => Some(Err(errors)),
            Ok(true) => created.next().map(|row| row.map(|row| (row, true))),
            Ok(false) => updated.next().map(|row| row.map(|row| (row, false))),
        })
        .collect())
}

/// What an upsert creates when there is no such customer: what it sets, and what identifies it.
fn draft_of(upsert: CustomerUpsert) -> CustomerDraft {
    let change = upsert.change;
    let empty = Json::Object(serde_json::Map::new());
    let mut draft = CustomerDraft {
        metadata: change
            .metadata
            .map_or_else(|| empty.clone(), |patch| patch.apply(&empty)),
        private_metadata: change
            .private_metadata
            .map_or_else(|| empty.clone(), |patch| patch.apply(&empty)),
        ..CustomerDraft::default()
    };
    change.email.apply(&mut draft.email);
    change.first_name.apply(&mut draft.first_name);
    change.last_name.apply(&mut draft.last_name);
    change.company_name.apply(&mut draft.company_name);
    change.phone.apply(&mut draft.phone);
    draft.phone_e164 = draft.phone.as_deref().and_then(|phone| e164(phone, None));
    change.external_id.apply(&mut draft.external_id);
    change.locale.apply(&mut draft.locale);
    match upsert.known_by {
        KnownBy::Id(_) => {}
        KnownBy::Email(email) => draft.email = draft.email.or(Some(email)),
        KnownBy::ExternalId(external_id) => draft.external_id = draft.external_id.or(Some(external_id)),
    }
    draft
}

/// Finds the customers behind keys, those that the viewer may change.
async fn identify(unit: &UnitOfWork, keys: &[Key]) -> Result<HashMap<Key, CustomerId>, WriteError> {
    let (mut ids, mut emails, mut external_ids) = (Vec::new(), Vec::new(), Vec::new());
    for key in keys {
        match key {
            Key::Id(id) => ids.push(*id),
            Key::Email(email) => emails.push(email.clone()),
            Key::ExternalId(external_id) => external_ids.push(external_id.clone()),
        }
    }
    let mut any = Condition::any();
    if !ids.is_empty() {
        any = any.add(Column::Id.is_in(ids));
    }
    if !emails.is_empty() {
        any = any.add(Column::EmailNormalized.is_in(emails));
    }
    if !external_ids.is_empty() {
        any = any.add(Column::ExternalId.is_in(external_ids));
    }
    if any.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(CustomerId, String, Option<String>)> = visibility::writable_by(unit.viewer())
        .select_only()
        .columns([Column::Id, Column::EmailNormalized, Column::ExternalId])
        .filter(any)
        .order_by_desc(Column::HasAccount)
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(unit.db())
        .await?;
    let mut found = HashMap::new();
    for (id, email, external_id) in rows {
        found.entry(Key::Id(id)).or_insert(id);
        found.entry(Key::Email(email)).or_insert(id);
        if let Some(external_id) = external_id {
            found.entry(Key::ExternalId(external_id)).or_insert(id);
        }
    }
    Ok(found)
}
