//! A customer as they were.
//!
//! The row as it is now is taken back, change by change, newest first, by what the timeline says of them. Everything
//! that [`super::Snapshot`] tells of the row is in the timeline, and whatever else changes follows from it.

use chrono::{DateTime, Utc};
use entity::{
    customer::Model,
    id::PrefixedId,
    timeline_entry::{self, Column},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    entity::prelude::Json,
    sea_query::{Expr, ExprTrait, Func},
};
use serde::de::DeserializeOwned;

use super::derive;
use crate::{
    features::timeline::visibility::visible_to,
    text::{e164, normalize_email},
    work::{Call, FieldChange},
};

/// The most changes that are taken back.
pub const CHANGES: usize = 2_000;

/// Why nobody can tell.
#[derive(Debug, thiserror::Error)]
pub enum Untold {
    /// There were more than [`CHANGES`] changes since.
    #[error("too many changes since")]
    TooManyChanges,
    /// What the database answered.
    #[error(transparent)]
    Fault(#[from] DbErr),
}

/// The customer as they were at an instant; `None` before they were created. What was erased since is absent. The viewer
/// must be one who may see the timeline.
///
/// # Errors
/// See [`Untold`].
pub async fn as_of(call: &Call, mut row: Model, at: DateTime<Utc>) -> Result<Option<Model>, Untold> {
    if at < row.created_at {
        return Ok(None);
    }
    if at >= row.updated_at {
        return Ok(Some(row));
    }
    let mut entries = entries(call, &row, at).await?;
    // The last that counts tells since when the customer was so.
    let last = entries.pop_if(|entry| entry.at <= at);
    if entries.len() > CHANGES {
        return Err(Untold::TooManyChanges);
    }
    row.version -= i32::try_from(entries.len()).unwrap_or(i32::MAX);
    row.updated_at = last.map_or(row.created_at, |entry| entry.at);
    for entry in entries {
        match entry.changes.map(serde_json::from_value::<Vec<FieldChange>>) {
            Some(changes) => changes
                .map_err(|error| DbErr::Json(error.to_string()))?
                .into_iter()
                .for_each(|change| take_back(&mut row, change)),
            None => forget(&mut row),
        }
    }
    row.email_normalized = row.email.as_deref().and_then(normalize_email).unwrap_or_default();
    row.phone_e164 = row.phone.as_deref().and_then(|phone| e164(phone, None));
    derive(&mut row);
    Ok(Some(row))
}

/// The changes of the profile after an instant, and the last before it, newest first: one statement.
async fn entries(call: &Call, row: &Model, at: DateTime<Utc>) -> Result<Vec<timeline_entry::Model>, DbErr> {
    let of_profile = Condition::all()
        .add(Column::SubjectId.eq(row.id.uuid()))
        .add(Column::ObjectId.eq(row.id.to_string()))
        .add(Column::Type.is_in(["customer.created", "customer.updated"]));
    let last = visible_to(&call.viewer)
        .select_only()
        .column(Column::Sequence)
        .filter(of_profile.clone())
        .filter(Column::At.lte(at))
        .order_by_desc(Column::Sequence)
        .limit(1)
        .into_query();
    let first = Func::coalesce([Expr::SubQuery(None, Box::new(last.into())), Expr::val(0)]);
    let entries = visible_to(&call.viewer)
        .filter(of_profile)
        .filter(Expr::col(Column::Sequence).gte(first))
        .order_by_desc(Column::Sequence)
        .limit(CHANGES as u64 + 2);
    entries.all(call.db()).await
}

fn take_back(row: &mut Model, change: FieldChange) {
    let before = change.before;
    match change.path.as_str() {
        "email" => row.email = read(before),
        "emailVerifiedAt" => row.email_verified_at = read(before),
        "firstName" => row.first_name = read(before),
        "lastName" => row.last_name = read(before),
        "companyName" => row.company_name = read(before),
        "phone" => row.phone = read(before),
        "hasAccount" => row.has_account = read(before).unwrap_or(row.has_account),
        "status" => row.status = read(before).unwrap_or(row.status),
        "externalId" => row.external_id = read(before),
        "locale" => row.locale = read(before),
        path => {
            if let Some(key) = path.strip_prefix("metadata.") {
                put(&mut row.metadata, key, before);
            } else if let Some(key) = path.strip_prefix("privateMetadata.") {
                put(&mut row.private_metadata, key, before);
            }
        }
    }
}

fn read<T: DeserializeOwned>(value: Json) -> Option<T> {
    serde_json::from_value(value).ok()
}

/// A key whose value was null reads as one that was not there: the timeline tells no difference.
fn put(metadata: &mut Json, key: &str, value: Json) {
    if let Some(fields) = metadata.as_object_mut() {
        if value == Json::Null {
            fields.remove(key);
        } else {
            fields.insert(key.to_owned(), value);
        }
    }
}

/// Whatever they were before, nobody knows any more.
fn forget(row: &mut Model) {
    row.email = None;
    row.email_verified_at = None;
    row.first_name = None;
    row.last_name = None;
    row.company_name = None;
    row.phone = None;
    row.external_id = None;
    row.locale = None;
    row.metadata = Json::Object(serde_json::Map::new());
    row.private_metadata = Json::Object(serde_json::Map::new());
}
