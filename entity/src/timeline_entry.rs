//! `timeline_entry`: who changed what and when, chained by hashes per subject.

use sea_orm::entity::prelude::*;

use crate::{
    id::{StaffUserId, TimelineEntryId},
    personal_data::{Classified, DataClass},
};

/// One entry of the timeline.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "timeline_entry")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TimelineEntryId,
    /// The stored bits of the id of the customer, or other subject, whose history this is.
    pub subject_id: Uuid,
    /// The place in the history of the subject, from 1 without gaps.
    pub sequence: i32,
    /// The id of the changed object in its text form, such as `cuaddr_01JA…`.
    pub object_id: String,
    /// What happened, at most 64 characters.
    pub r#type: String,
    /// When it happened.
    pub at: DateTimeUtc,
    /// What kind of actor did it.
    pub actor_type: String,
    /// The stored bits of the id of the actor; absent when the kind has no ids.
    pub actor_id: Option<Uuid>,
    /// Why, in the words of the actor, at most 500 characters.
    pub reason: Option<String>,
    /// The request that caused the change, at most 64 characters.
    pub request_id: Option<String>,
    /// The fields with their values before and after; absent once erased.
    #[sea_orm(column_type = "JsonBinary")]
    pub changes: Option<Json>,
    /// What was mixed into the digest of the changes, so that they cannot be guessed from it; absent once erased.
    pub salt: Option<String>,
    /// The salted digest of the changes; stays when they are erased, so that the chain still verifies.
    pub changes_digest: String,
    /// The `hash` of the entry before.
    pub previous_hash: String,
    /// The hash over this entry and `previous_hash`.
    pub hash: String,
    /// The staff user who acted as the actor; the hash covers it where there is one.
    pub impersonator_id: Option<StaffUserId>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Reason | Column::Changes => DataClass::Personal,
            Column::Salt => DataClass::Secret,
            Column::Id
            | Column::SubjectId
            | Column::Sequence
            | Column::ObjectId
            | Column::Type
            | Column::At
            | Column::ActorType
            | Column::ActorId
            | Column::RequestId
            | Column::ChangesDigest
            | Column::PreviousHash
            | Column::Hash
            | Column::ImpersonatorId => DataClass::Impersonal,
        }
    }
}
