//! The timeline: who changed what, chained by hashes so that a missing or altered entry shows.
//!
//! Each subject (a customer, an organization, a group) has its own chain, because one chain for all would make every
//! writer wait for every other; writers of one subject already wait for each other at its row. An entry's hash
//! covers the hash before it and a digest of its changes, not the changes themselves, and the digest is salted:
//! an erase can take changes and salt away, nobody can guess them back from the digest, and the chain still
//! verifies.

use std::collections::HashMap;

use entity::{
    id::{PrefixedId, TimelineEntryId},
    timeline_entry,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait, Query},
};
use sha2::{Digest, Sha256};

use super::{FieldChange, Record, UnitOfWork};

/// The hash before a chain's first entry.
const BEGINNING: &str = "";

/// The entries that append each record to the chain of its subject.
pub(super) async fn entries(
    unit: &UnitOfWork,
    records: &[Record],
    reason: Option<&str>,
) -> Result<Vec<timeline_entry::ActiveModel>, DbErr> {
    let mut subjects: Vec<Uuid> = records
        .iter()
        .filter(|record| !record.begins)
        .map(|record| record.subject)
        .collect();
    subjects.sort_unstable();
    subjects.dedup();
    let mut tips = tips(unit.db(), &subjects).await?;
    let (actor_type, actor_id) = unit.viewer().actor();
    let impersonator = unit.viewer().impersonator().map(|impersonator| impersonator.staff_user);
    let mut entries = Vec::with_capacity(records.len());
    for record in records {
        let tip = tips.entry(record.subject).or_insert_with(|| (0, BEGINNING.to_owned()));
        let changes = serde_json::to_value(&record.changes).unwrap_or_default();
        let salt = unit.call().ids.salt();
        let changes_digest = digest(&[
            salt.as_bytes(),
            changes.to_string().as_bytes(),
            reason.unwrap_or("").as_bytes(),
        ]);
        let entry = Fact {
            sequence: tip.0 + 1,
            object_id: &record.object,
            topic: record.topic.0,
            at: unit.now().timestamp_millis(),
            actor_type,
            actor_id,
            impersonator_id: impersonator.map(PrefixedId::uuid),
            changes_digest: &changes_digest,
        };
        let hash = entry.hash(record.subject, &tip.1);
        entries.push(timeline_entry::ActiveModel {
            id: Set(unit.new_id::<TimelineEntryId>()),
            subject_id: Set(record.subject),
            sequence: Set(entry.sequence),
            object_id: Set(record.object.clone()),
            r#type: Set(record.topic.0.to_owned()),
            at: Set(unit.now()),
            actor_type: Set(actor_type.to_owned()),
            actor_id: Set(actor_id),
            reason: Set(reason.map(str::to_owned)),
            request_id: Set(Some(unit.call().request_id.clone())),
            changes: Set(Some(changes)),
            salt: Set(Some(salt)),
            previous_hash: Set(std::mem::replace(&mut tip.1, hash.clone())),
            hash: Set(hash),
            changes_digest: Set(changes_digest.clone()),
            impersonator_id: Set(impersonator),
        });
        tip.0 += 1;
    }
    Ok(entries)
}

/// The last sequence number and hash of each subject's chain.
async fn tips<C: ConnectionTrait>(db: &C, subjects: &[Uuid]) -> Result<HashMap<Uuid, (i32, String)>, DbErr> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let mut tips = HashMap::with_capacity(subjects.len());
    for chunk in subjects.chunks(1_000) {
        let last = Query::select()
            .column(timeline_entry::Column::SubjectId)
            .expr(Expr::col(timeline_entry::Column::Sequence).max())
            .from(timeline_entry::Entity)
            .and_where(timeline_entry::Column::SubjectId.is_in(chunk.iter().copied()))
            .group_by_col(timeline_entry::Column::SubjectId)
            .take();
        let rows: Vec<(Uuid, i32, String)> = timeline_entry::Entity::find()
            .select_only()
            .columns([
                timeline_entry::Column::SubjectId,
                timeline_entry::Column::Sequence,
                timeline_entry::Column::Hash,
            ])
            .filter(
                Expr::tuple([
                    Expr::col(timeline_entry::Column::SubjectId),
                    Expr::col(timeline_entry::Column::Sequence),
                ])
                .in_subquery(last),
            )
            .into_tuple()
            .all(db)
            .await?;
        tips.extend(
            rows.into_iter()
                .map(|(subject, sequence, hash)| (subject, (sequence, hash))),
        );
    }
    Ok(tips)
}

/// Takes away what a subject's timeline says, but not that something happened; the chain still verifies.
///
/// # Errors
/// What the database answers.
pub async fn forget<C: ConnectionTrait>(db: &C, subjects: &[Uuid]) -> Result<(), DbErr> {
    timeline_entry::Entity::update_many()
        .col_expr(timeline_entry::Column::Changes, Expr::val(None::<serde_json::Value>))
        .col_expr(timeline_entry::Column::Salt, Expr::val(None::<String>))
        .col_expr(timeline_entry::Column::Reason, Expr::val(None::<String>))
        .filter(timeline_entry::Column::SubjectId.is_in(subjects.iter().copied()))
        .exec(db)
        .await?;
    Ok(())
}

/// Checks the chain of one subject and answers how many entries it has.
///
/// # Errors
/// The sequence number of the first entry that does not fit, inside the outer result for database errors.
pub async fn verify<C: ConnectionTrait>(db: &C, subject: Uuid) -> Result<Result<usize, i32>, DbErr> {
    let entries = timeline_entry::Entity::find()
        .filter(timeline_entry::Column::SubjectId.eq(subject))
        .order_by_asc(timeline_entry::Column::Sequence)
        .all(db)
        .await?;
    let mut previous = BEGINNING.to_owned();
    for (position, entry) in entries.iter().enumerate() {
        let fact = Fact {
            sequence: entry.sequence,
            object_id: &entry.object_id,
            topic: &entry.r#type,
            at: entry.at.timestamp_millis(),
            actor_type: &entry.actor_type,
            actor_id: entry.actor_id,
            impersonator_id: entry.impersonator_id.map(PrefixedId::uuid),
            changes_digest: &entry.changes_digest,
        };
        let digest_fits = match (&entry.salt, &entry.changes) {
            (Some(salt), Some(changes)) => {
                // Read back in the order of the fields, whatever order the database keeps keys in.
                let changes: Vec<FieldChange> = serde_json::from_value(changes.clone()).unwrap_or_default();
                let changes = serde_json::to_value(&changes).unwrap_or_default();
                digest(&[
                    salt.as_bytes(),
                    changes.to_string().as_bytes(),
                    entry.reason.as_deref().unwrap_or("").as_bytes(),
                ]) == entry.changes_digest
            }
            _ => true,
        };
        let in_order = usize::try_from(entry.sequence).is_ok_and(|sequence| sequence == position + 1);
        if !in_order || !digest_fits || entry.previous_hash != previous || fact.hash(subject, &previous) != entry.hash {
            return Ok(Err(entry.sequence));
        }
        previous.clone_from(&entry.hash);
    }
    Ok(Ok(entries.len()))
}

/// What an entry's hash covers besides the hash before it.
struct Fact<'a> {
    sequence: i32,
    object_id: &'a str,
    topic: &'a str,
    at: i64,
    actor_type: &'a str,
    actor_id: Option<Uuid>,
    impersonator_id: Option<Uuid>,
    changes_digest: &'a str,
}

impl Fact<'_> {
    fn hash(&self, subject: Uuid, previous: &str) -> String {
        let (sequence, at) = (self.sequence.to_be_bytes(), self.at.to_be_bytes());
        let actor_id = self.actor_id.unwrap_or_default();
        let mut parts: Vec<&[u8]> = vec![
            previous.as_bytes(),
            subject.as_bytes(),
            &sequence,
            self.object_id.as_bytes(),
            self.topic.as_bytes(),
            &at,
            self.actor_type.as_bytes(),
            actor_id.as_bytes(),
            self.changes_digest.as_bytes(),
        ];
        // Nothing is added where there is none: chains from before there were impersonators stay as they are.
        parts.extend(self.impersonator_id.as_ref().map(|user| user.as_bytes().as_slice()));
        digest(&parts)
    }
}

/// SHA-256 over the parts, each preceded by its length so that they cannot run into each other; 64 hexadecimal digits.
fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    crate::text::hexadecimal(&hasher.finalize())
}
