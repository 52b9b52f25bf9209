//! What is taken already: the checks before the database's own constraints.

use std::collections::HashMap;

use entity::{
    customer::{Column, Entity, Model},
    id::CustomerId,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::CustomerUpdate;
use crate::{
    features::identity,
    work::{ErrorCode, UnitOfWork, UserError},
};

pub(super) async fn external_ids_taken<'a>(
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

/// Which of the addresses that registered customers are to have belong to somebody already: to a customer, or to
/// somebody else who logs in with it.
pub(super) async fn emails_taken(
    unit: &UnitOfWork,
    before: &HashMap<CustomerId, Model>,
    updates: &[CustomerUpdate],
) -> Result<HashMap<String, Option<CustomerId>>, DbErr> {
    let wanted: Vec<&str> = updates
        .iter()
        .filter(|update| before.get(&update.id).is_some_and(|row| row.has_account))
        .filter_map(|update| update.change.email.new_value().map(|email| email.normalized.as_str()))
        .collect();
    // Staff users log in with their addresses, too.
    let mut taken = identity::service::owners(unit, &wanted).await?;
    let customers = registered(unit, &wanted).await?;
    taken.extend(customers.into_iter().map(|(email, owner)| (email, Some(owner))));
    Ok(taken)
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

pub(super) fn external_id_taken() -> UserError {
    UserError::new(
        ErrorCode::ExternalIdTaken,
        "externalId",
        "Another customer has this external id.",
    )
}

pub(super) fn email_taken() -> UserError {
    UserError::new(
        ErrorCode::EmailTaken,
        "email",
        "Somebody else has this e-mail address already.",
    )
}
