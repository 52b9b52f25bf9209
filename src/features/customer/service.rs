//! The rules about customers. Everything works on many at once; one is a list of one.

use std::collections::{HashMap, HashSet};

use entity::{
    customer::{self, Column, Entity, Model, Status},
    id::{CustomerId, PrefixedId},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, entity::prelude::Json, sea_query::OnConflict,
};
use serde_json::json;

use super::{input::check_row, visibility};
use crate::{
    graphql::MetadataChange,
    text::{e164, fold, search_text},
    work::{
        Call, Change, EmailAddress, ErrorCode, ReadBack, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError,
        dialect, snapshot::diff,
    },
};

/// A new customer.
#[derive(Clone, Debug, Default)]
pub struct CustomerDraft {
    /// E-mail address.
    pub email: Option<EmailAddress>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Business.
    pub company_name: Option<String>,
    /// Phone as typed.
    pub phone: Option<String>,
    /// Phone in E.164.
    pub phone_e164: Option<String>,
    /// Id in another system.
    pub external_id: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// Public metadata, an object.
    pub metadata: Json,
    /// Private metadata, an object.
    pub private_metadata: Json,
    /// Whether the customer has an account. Only registration sets it.
    pub has_account: bool,
}

/// A change of a customer.
#[derive(Clone, Debug, Default)]
pub struct CustomerChange {
    /// E-mail address.
    pub email: Change<EmailAddress>,
    /// Given name.
    pub first_name: Change<String>,
    /// Family name.
    pub last_name: Change<String>,
    /// Business.
    pub company_name: Change<String>,
    /// Phone as typed.
    pub phone: Change<String>,
    /// Id in another system.
    pub external_id: Change<String>,
    /// Language tag.
    pub locale: Change<String>,
    /// Public metadata.
    pub metadata: Option<MetadataChange>,
    /// Private metadata.
    pub private_metadata: Option<MetadataChange>,
    /// Whether the customer may log in.
    pub status: Option<Status>,
}

/// One customer to change.
#[derive(Clone, Debug)]
pub struct CustomerUpdate {
    /// Which.
    pub id: CustomerId,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// What to change.
    pub change: CustomerChange,
}

/// What identifies a customer to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// Our id.
    Id(CustomerId),
    /// The e-mail address; the registered customer comes before guests, the oldest guest before others.
    Email(EmailAddress),
    /// The id in another system.
    ExternalId(String),
}

/// A customer to change or create.
#[derive(Clone, Debug)]
pub struct CustomerUpsert {
    /// What identifies it.
    pub known_by: KnownBy,
    /// What to change, or what to create it with.
    pub change: CustomerChange,
}

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

/// One result per row, in the order of the rows.
pub type Rows = Vec<Result<Model, Vec<UserError>>>;

/// Finds a customer through the viewer's eyes and locks the row for the rest of the unit.
///
/// # Errors
/// `NOT_FOUND` at `path` when there is none that the viewer may change.
pub async fn find(unit: &UnitOfWork, id: CustomerId, path: &str) -> Result<Model, WriteError> {
    let found = visibility::writable_by(unit.viewer())
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?;
    found.ok_or_else(|| UserError::not_found(path, "customer").into())
}

/// Creates customers; several statements for any number of rows.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn create(unit: &mut UnitOfWork, drafts: Vec<CustomerDraft>) -> Result<Rows, WriteError> {
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
    insert(unit, &new).await?;
    for row in new {
        unit.record(Record {
            topic: Topic("customer.created"),
            subject: row.id.uuid(),
            begins: true,
            object: row.id.to_string(),
            version: row.version,
            changes: diff(None, Some(row)),
        });
    }
    Ok(rows)
}

/// Changes customers; several statements for any number of rows.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn update(unit: &mut UnitOfWork, updates: Vec<CustomerUpdate>) -> Result<Rows, WriteError> {
    let ids = updates.iter().map(|update| update.id.uuid());
    let before: HashMap<CustomerId, Model> = visibility::writable_by(unit.viewer())
        .filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(Column::Id),
            ids,
        ))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let emails_taken = emails_taken(unit, &before, &updates).await?;
    let wanted = updates
        .iter()
        .filter_map(|update| update.change.external_id.new_value().map(String::as_str));
    let external_ids_taken = external_ids_taken(unit, wanted).await?;
    let mut seen_ids = HashSet::new();
    let mut seen_keys = HashSet::new();
    let mut rows: Rows = Vec::with_capacity(updates.len());
    for update in updates {
        let id = update.id;
        let Some(old) = before.get(&id) else {
            rows.push(Err(vec![UserError::not_found("id", "customer")]));
            continue;
        };
        let mut errors = Vec::new();
        if !seen_ids.insert(id) {
            errors.push(duplicated("id"));
        }
        if update.expected_version.is_some_and(|expected| expected != old.version) {
            errors.push(UserError::conflict(old.version));
        }
        if let Some(external_id) = update.change.external_id.new_value() {
            if external_ids_taken.get(external_id).is_some_and(|owner| *owner != id) {
                errors.push(external_id_taken());
            } else if !seen_keys.insert(("externalId", external_id.clone())) {
                errors.push(duplicated("externalId"));
            }
        }
        if old.has_account {
            match &update.change.email {
                Change::Clear => errors.push(UserError::new(
                    ErrorCode::Required,
                    "email",
                    "A registered customer needs an e-mail address.",
                )),
                Change::Set(email) if emails_taken.get(&email.normalized).is_some_and(|owner| *owner != id) => {
                    errors.push(email_taken());
                }
                Change::Set(email) if !seen_keys.insert(("email", email.normalized.clone())) => {
                    errors.push(duplicated("email"));
                }
                _ => {}
            }
        }
        let new = changed(old, update.change, unit.now());
        errors.extend(check_row(&new, &unit.call().limits));
        rows.push(if errors.is_empty() { Ok(new) } else { Err(errors) });
    }
    save(unit, &before, &mut rows).await?;
    Ok(rows)
}

/// Deletes customers for good, each confirmed by its own e-mail address (or external id, or phone, where it has no
/// e-mail address). What other rooms keep about them must be gone before.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn delete(unit: &mut UnitOfWork, rows: &[Model]) -> Result<(), WriteError> {
    let ids: Vec<_> = rows.iter().map(|row| row.id.uuid()).collect();
    visibility::delete(unit.viewer())
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(unit.db())
        .await?;
    crate::work::timeline::forget(unit.db(), &ids).await?;
    for row in rows {
        unit.record(Record {
            topic: Topic("customer.deleted"),
            subject: row.id.uuid(),
            begins: false,
            object: row.id.to_string(),
            version: row.version + 1,
            changes: Vec::new(),
        });
    }
    Ok(())
}

/// The customers that the viewer may delete, locked.
///
/// # Errors
/// Faults.
pub async fn find_deletable(unit: &UnitOfWork, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Model>, WriteError> {
    let rows = visibility::deletable_by(unit.viewer())
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
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

/// The ids of the customers that match a condition and that the viewer may change, at most `most`.
///
/// # Errors
/// `SELECTOR_TOO_BROAD` when there are more.
pub async fn select(unit: &UnitOfWork, condition: Condition, most: u64) -> Result<Vec<CustomerId>, WriteError> {
    let ids: Vec<CustomerId> = visibility::writable_by(unit.viewer())
        .select_only()
        .column(Column::Id)
        .filter(condition)
        .order_by_asc(Column::Id)
        .limit(most + 1)
        .into_tuple()
        .all(unit.db())
        .await?;
    if ids.len() as u64 > most {
        return Err(UserError::new(
            ErrorCode::SelectorTooBroad,
            "where",
            format!("More than {most} customers match. Narrow the selector or raise maxAffected."),
        )
        .into());
    }
    Ok(ids)
}

/// The customer as it will be after the change.
fn changed(old: &Model, change: CustomerChange, now: chrono::DateTime<chrono::Utc>) -> Model {
    let mut new = old.clone();
    match change.email {
        Change::Keep => {}
        Change::Clear => {
            new.email = None;
            new.email_normalized = String::new();
            new.email_verified_at = None;
        }
        Change::Set(email) => {
            if email.normalized != new.email_normalized {
                // What was proven is that the old address is theirs.
                new.email_verified_at = None;
            }
            new.email = Some(email.typed);
            new.email_normalized = email.normalized;
        }
    }
    change.first_name.apply(&mut new.first_name);
    change.last_name.apply(&mut new.last_name);
    change.company_name.apply(&mut new.company_name);
    if !change.phone.is_keep() {
        change.phone.apply(&mut new.phone);
        new.phone_e164 = new.phone.as_deref().and_then(|phone| e164(phone, None));
    }
    change.external_id.apply(&mut new.external_id);
    change.locale.apply(&mut new.locale);
    if let Some(patch) = change.metadata {
        new.metadata = patch.apply(&new.metadata);
    }
    if let Some(patch) = change.private_metadata {
        new.private_metadata = patch.apply(&new.private_metadata);
    }
    if let Some(status) = change.status {
        new.status = status;
    }
    derive(&mut new);
    if new != *old {
        new.version += 1;
        new.updated_at = now;
    }
    new
}

/// Writes the rows that changed in one statement, and notes what changed.
async fn save(unit: &mut UnitOfWork, before: &HashMap<CustomerId, Model>, rows: &mut Rows) -> Result<(), WriteError> {
    let changed: Vec<&Model> = rows
        .iter()
        .filter_map(|row| row.as_ref().ok())
        .filter(|row| before.get(&row.id).is_some_and(|old| old.version != row.version))
        .collect();
    match changed.as_slice() {
        [] => return Ok(()),
        [only] => {
            // `reset_all` marks every column as set, so that the row is written as it now is.
            Entity::update((*only).clone().into_active_model().reset_all())
                .exec_without_returning(unit.db())
                .await?;
        }
        many => {
            // Every row exists and is locked, so this only ever updates: one statement for all of them.
            let columns =
                <customer::Column as sea_orm::Iterable>::iter().filter(|column| !matches!(column, Column::Id));
            for chunk in many.chunks(1_000) {
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
    }
    let records: Vec<Record> = changed
        .iter()
        .map(|row| Record {
            topic: Topic("customer.updated"),
            subject: row.id.uuid(),
            begins: false,
            object: row.id.to_string(),
            version: row.version,
            changes: diff(before.get(&row.id), Some(*row)),
        })
        .collect();
    for record in records {
        unit.record(record);
    }
    Ok(())
}

async fn insert(unit: &UnitOfWork, rows: &[&Model]) -> Result<(), DbErr> {
    for chunk in rows.chunks(1_000) {
        Entity::insert_many(chunk.iter().map(|row| (*row).clone().into_active_model()))
            .exec_without_returning(unit.db())
            .await?;
    }
    Ok(())
}

fn row_of(unit: &UnitOfWork, draft: CustomerDraft) -> Model {
    let (email, email_normalized) = match draft.email {
        Some(email) => (Some(email.typed), email.normalized),
        None => (None, String::new()),
    };
    let mut row = Model {
        id: unit.new_id(),
        email,
        email_normalized,
        email_verified_at: None,
        first_name: draft.first_name,
        last_name: draft.last_name,
        company_name: draft.company_name,
        phone: draft.phone,
        phone_e164: draft.phone_e164,
        has_account: draft.has_account,
        status: Status::Active,
        external_id: draft.external_id,
        locale: draft.locale,
        created_by: unit.viewer().staff_user(),
        metadata: draft.metadata,
        private_metadata: draft.private_metadata,
        first_name_folded: String::new(),
        last_name_folded: String::new(),
        company_name_folded: String::new(),
        search_text: String::new(),
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    derive(&mut row);
    row
}

/// Fills the columns that follow from others.
fn derive(row: &mut Model) {
    let folded = |text: &Option<String>| text.as_deref().map(fold).unwrap_or_default();
    row.first_name_folded = folded(&row.first_name);
    row.last_name_folded = folded(&row.last_name);
    row.company_name_folded = folded(&row.company_name);
    row.search_text = search_text(
        [
            row.email.as_deref(),
            row.first_name.as_deref(),
            row.last_name.as_deref(),
            row.company_name.as_deref(),
        ],
        row.phone.as_deref(),
    );
}

async fn external_ids_taken<'a>(
    unit: &UnitOfWork,
    wanted: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, CustomerId>, DbErr> {
    let wanted: Vec<&str> = wanted.collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    // Not through the viewer's eyes: the database's constraint holds for rows that one may not see, too.
    let rows: Vec<(Option<String>, CustomerId)> = Entity::find()
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

async fn emails_taken(
    unit: &UnitOfWork,
    before: &HashMap<CustomerId, Model>,
    updates: &[CustomerUpdate],
) -> Result<HashMap<String, CustomerId>, DbErr> {
    let wanted: Vec<&str> = updates
        .iter()
        .filter(|update| before.get(&update.id).is_some_and(|row| row.has_account))
        .filter_map(|update| update.change.email.new_value().map(|email| email.normalized.as_str()))
        .collect();
    registered(unit, &wanted).await
}

/// Which of these normalized e-mail addresses belong to registered customers.
///
/// # Errors
/// Faults.
pub async fn registered(unit: &UnitOfWork, emails: &[&str]) -> Result<HashMap<String, CustomerId>, DbErr> {
    if emails.is_empty() {
        return Ok(HashMap::new());
    }
    // Not through the viewer's eyes, for the same reason.
    let rows: Vec<(String, CustomerId)> = Entity::find()
        .select_only()
        .columns([Column::EmailNormalized, Column::Id])
        .filter(Column::HasAccount.eq(true))
        .filter(Column::EmailNormalized.is_in(emails.iter().copied()))
        .into_tuple()
        .all(unit.db())
        .await?;
    Ok(rows.into_iter().collect())
}

fn external_id_taken() -> UserError {
    UserError::new(
        ErrorCode::ExternalIdTaken,
        "externalId",
        "Another customer has this external id.",
    )
}

fn email_taken() -> UserError {
    UserError::new(
        ErrorCode::EmailTaken,
        "email",
        "Another registered customer has this e-mail address.",
    )
}

/// The same key twice in one input.
#[must_use]
pub fn duplicated(path: &str) -> UserError {
    UserError::new(
        ErrorCode::DuplicatedInputItem,
        path,
        "This occurs more than once in the input.",
    )
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("email", json!(self.email)),
            ("firstName", json!(self.first_name)),
            ("lastName", json!(self.last_name)),
            ("companyName", json!(self.company_name)),
            ("phone", json!(self.phone)),
            ("hasAccount", json!(self.has_account)),
            ("status", json!(self.status)),
            ("externalId", json!(self.external_id)),
            ("locale", json!(self.locale)),
            ("metadata", self.metadata.clone()),
            ("privateMetadata", self.private_metadata.clone()),
        ]
    }
}

impl ReadBack for Model {
    type Id = CustomerId;

    fn id(&self) -> CustomerId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        Some(self.id)
    }

    async fn read_back(call: &Call, ids: Vec<CustomerId>) -> Result<Vec<Self>, DbErr> {
        visibility::visible_to(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}
