//! `outbox_event`: what happened, for those who must be told, in the order in which they may read it.

use sea_orm::entity::prelude::*;

use crate::{
    id::{OutboxEventId, StaffUserId},
    personal_data::{Classified, DataClass},
};

/// One event of the outbox: ids, versions and paths, never personal data.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_event")]
pub struct Model {
    /// The place in the outbox, given by the database; never reused.
    #[sea_orm(primary_key)]
    pub position: i64,
    /// The transaction that wrote the row, given by the database (always 0 on SQLite); readers wait until it is
    /// older than every running one.
    pub transaction_id: i64,
    /// Time-ordered id by which receivers recognize repeats; unique.
    pub id: OutboxEventId,
    /// What happened, such as `customer.updated`; at most 64 characters.
    pub topic: String,
    /// When it happened.
    pub at: DateTimeUtc,
    /// What kind of actor did it.
    pub actor_type: String,
    /// The stored bits of the id of the actor; absent when the kind has no ids.
    pub actor_id: Option<Uuid>,
    /// The stored bits of the id of the customer, or other subject, to whose history the event belongs.
    pub subject_id: Uuid,
    /// The id of the changed object in its text form, such as `cuaddr_01JA…`.
    pub object_id: String,
    /// The version of the object after the change.
    pub object_version: i32,
    /// Which fields changed: a JSON list of paths, without their values.
    #[sea_orm(column_type = "JsonBinary")]
    pub changed_paths: Json,
    /// The request that caused the event, at most 64 characters.
    pub request_id: Option<String>,
    /// The staff user who acted as the actor.
    pub impersonator_id: Option<StaffUserId>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Position
            | Column::TransactionId
            | Column::Id
            | Column::Topic
            | Column::At
            | Column::ActorType
            | Column::ActorId
            | Column::SubjectId
            | Column::ObjectId
            | Column::ObjectVersion
            | Column::ChangedPaths
            | Column::RequestId
            | Column::ImpersonatorId => DataClass::Impersonal,
        }
    }
}
