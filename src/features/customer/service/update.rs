//! Changes of customers.

use std::collections::{HashMap, HashSet};

use entity::{
    customer::{self, Column, Entity, Model, Status},
    id::{CustomerId, PrefixedId},
};
use sea_orm::{
    ActiveModelTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};

use super::{
    CustomerChange, CustomerUpdate, Rows, derive, duplicated,
    taken::{email_taken, emails_taken, external_id_taken, external_ids_taken},
};
use crate::{
    features::{
        customer::{input::check_row, visibility},
        identity, session,
    },
    text::e164,
    work::{Change, ErrorCode, Record, Topic, UnitOfWork, UserError, WriteError, dialect, snapshot::diff},
};

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
                Change::Set(email)
                    if emails_taken
                        .get(&email.normalized)
                        .is_some_and(|owner| *owner != Some(id)) =>
                {
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
    tell_log_ins(unit, &before, &rows).await?;
    Ok(rows)
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

/// Registered customers log in with their new addresses from now on, and those who were shut out are out at once.
async fn tell_log_ins(
    unit: &mut UnitOfWork,
    before: &HashMap<CustomerId, Model>,
    rows: &Rows,
) -> Result<(), WriteError> {
    let registered = rows.iter().flatten().filter(|row| row.has_account);
    let (mut emails, mut shut_out) = (HashMap::new(), Vec::new());
    for (new, old) in registered.filter_map(|row| Some((row, before.get(&row.id)?))) {
        if new.email_normalized != old.email_normalized {
            emails.insert(new.id, new.email_normalized.clone());
        }
        if new.status != old.status && new.status != Status::Active {
            shut_out.push(new.id);
        }
    }
    identity::service::follow_emails(unit, &emails).await?;
    session::service::revoke_all_of_customer(unit, &shut_out).await
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
