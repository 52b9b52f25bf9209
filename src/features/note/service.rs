//! The rules about notes.

use entity::{
    customer,
    id::{CustomerId, NoteId, PrefixedId},
    note::{Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    entity::prelude::Json,
    sea_query::{Expr, ExprTrait},
};
use serde_json::json;

use super::visibility;
use crate::work::{
    Call, FieldChange, ReadBack, Record, Snapshot, Topic, UnitOfWork, UserError, WriteError, snapshot::diff,
};

/// The most characters of a note.
pub const TEXT: usize = 5_000;

/// The most notes about one customer.
pub const NOTES: usize = 1_000;

/// A note to write down.
#[derive(Clone, Debug)]
pub struct NoteDraft {
    /// About whom.
    pub customer: CustomerId,
    /// What it says.
    pub body: String,
    /// Whether the customer may read it.
    pub is_public: bool,
}

/// A change of a note; what is `None` stays as it is.
#[derive(Clone, Debug)]
pub struct NoteChange {
    /// Which.
    pub id: NoteId,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// What it says.
    pub body: Option<String>,
    /// Whether the customer may read it.
    pub is_public: Option<bool>,
}

/// Writes a note down.
///
/// # Errors
/// `NOT_FOUND` for the customer, `LIMIT_EXCEEDED`.
pub async fn add(unit: &mut UnitOfWork, draft: NoteDraft) -> Result<Model, WriteError> {
    // Whoever counts waits for the others who write about the same customer.
    visibility::customers_writable_by(unit.viewer())
        .filter(customer::Column::Id.eq(draft.customer))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("customerId", "customer"))?;
    let written = visibility::writable_by(unit.viewer())
        .filter(Column::CustomerId.eq(draft.customer))
        .count(unit.db())
        .await?;
    if written >= NOTES as u64 {
        return Err(UserError::limit("customerId", NOTES, NOTES + 1, "notes about one customer").into());
    }
    let (author_type, author_id) = unit.viewer().actor();
    let row = Model {
        id: unit.new_id(),
        customer_id: draft.customer,
        body: draft.body,
        is_public: draft.is_public,
        author_type: author_type.to_owned(),
        author_id,
        version: 1,
        created_at: unit.now(),
        updated_at: unit.now(),
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    unit.record(record(Topic("customer.note.added"), &row, changes(None, Some(&row))));
    Ok(row)
}

/// Changes a note.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`.
pub async fn update(unit: &mut UnitOfWork, change: NoteChange) -> Result<Model, WriteError> {
    let before = find(unit, change.id, change.expected_version).await?;
    let mut after = before.clone();
    if let Some(body) = change.body {
        after.body = body;
    }
    after.is_public = change.is_public.unwrap_or(after.is_public);
    if after == before {
        return Ok(before);
    }
    after.version += 1;
    after.updated_at = unit.now();
    Entity::update(after.clone().into_active_model().reset_all())
        .exec_without_returning(unit.db())
        .await?;
    let changes = changes(Some(&before), Some(&after));
    unit.record(record(Topic("customer.note.updated"), &after, changes));
    Ok(after)
}

/// Takes a note away.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT`.
pub async fn delete(unit: &mut UnitOfWork, id: NoteId, expected_version: Option<i32>) -> Result<NoteId, WriteError> {
    let mut row = find(unit, id, expected_version).await?;
    visibility::delete(unit.viewer())
        .filter(Column::Id.eq(id))
        .exec(unit.db())
        .await?;
    let changes = changes(Some(&row), None);
    row.version += 1;
    unit.record(record(Topic("customer.note.deleted"), &row, changes));
    Ok(id)
}

/// Gives a customer the notes about guests. Whoever calls this has proof that they are the same person, whatever the
/// viewer may see. There may be more then than can be written.
///
/// # Errors
/// Faults.
pub async fn reassign(unit: &mut UnitOfWork, from: &[CustomerId], to: CustomerId) -> Result<(), WriteError> {
    let notes = visibility::of_guests(from)
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(unit.db())
        .await?;
    if notes.is_empty() {
        return Ok(());
    }
    visibility::update_of_guests(from)
        .col_expr(Column::CustomerId, Expr::val(to))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(unit.now()))
        .exec(unit.db())
        .await?;
    for mut row in notes {
        let change = FieldChange {
            path: "customerId".to_owned(),
            before: json!(row.customer_id),
            after: json!(to),
        };
        (row.customer_id, row.version) = (to, row.version + 1);
        unit.record(record(Topic("customer.note.updated"), &row, vec![change]));
    }
    Ok(())
}

async fn find(unit: &UnitOfWork, id: NoteId, expected_version: Option<i32>) -> Result<Model, WriteError> {
    let row = visibility::writable_by(unit.viewer())
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found("id", "note"))?;
    if expected_version.is_some_and(|version| version != row.version) {
        return Err(UserError::conflict(row.version).into());
    }
    Ok(row)
}

fn record(topic: Topic, row: &Model, changes: Vec<FieldChange>) -> Record {
    Record {
        topic,
        subject: row.customer_id.uuid(),
        begins: false,
        object: row.id.to_string(),
        version: row.version,
        changes,
    }
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![("isPublic", json!(self.is_public))]
    }
}

/// What changed: of the text no more than that it did.
fn changes(before: Option<&Model>, after: Option<&Model>) -> Vec<FieldChange> {
    let mut changes = diff(before, after);
    if before.map(|row| &row.body) != after.map(|row| &row.body) {
        changes.push(FieldChange {
            path: "body".to_owned(),
            before: Json::Null,
            after: Json::Null,
        });
    }
    changes
}

impl ReadBack for Model {
    type Id = NoteId;

    fn id(&self) -> NoteId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        Some(self.customer_id)
    }

    async fn read_back(call: &Call, ids: Vec<NoteId>) -> Result<Vec<Self>, DbErr> {
        visibility::writable_by(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}
