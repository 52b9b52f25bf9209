//! New customers.

use std::collections::HashSet;

use entity::{
    customer::{Entity, Model, Status},
    id::PrefixedId,
};
use sea_orm::{DbErr, EntityTrait, IntoActiveModel};

use super::{
    CustomerDraft, Rows, derive, duplicated,
    taken::{external_id_taken, external_ids_taken},
};
use crate::work::{Record, Topic, UnitOfWork, WriteError, snapshot::diff};

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
