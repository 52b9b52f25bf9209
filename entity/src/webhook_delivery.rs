//! `webhook_delivery`: that somebody is told of one event, and what became of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{OutboxEventId, WebhookDeliveryId, WebhookEndpointId},
    personal_data::{Classified, DataClass},
};

/// What became of a delivery?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum State {
    /// It waits to be sent, or to be tried again.
    #[sea_orm(string_value = "PENDING")]
    Pending,
    /// The endpoint took it.
    #[sea_orm(string_value = "DELIVERED")]
    Delivered,
    /// It was given up.
    #[sea_orm(string_value = "DEAD")]
    Dead,
}

/// One delivery: ids, versions and paths, never personal data.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// The place among all deliveries, given by the database: those of one endpoint are in the order of the outbox.
    #[sea_orm(primary_key)]
    pub number: i64,
    /// Time-ordered id; unique.
    pub id: WebhookDeliveryId,
    /// Who is told.
    pub endpoint_id: WebhookEndpointId,
    /// The event, by which receivers recognize repeats.
    pub event_id: OutboxEventId,
    /// 0 for the first time; then which repetition it is that somebody has asked for.
    pub replay: i32,
    /// What happened, such as `customer.updated`; at most 64 characters.
    pub topic: String,
    /// When it happened.
    pub at: DateTimeUtc,
    /// What kind of actor did it.
    pub actor_type: String,
    /// The stored bits of the id of the customer, or other subject, to whose history the event belongs.
    pub subject_id: Uuid,
    /// The prefix of that id, such as `cus`.
    pub subject_prefix: String,
    /// The id of the changed object in its text form, such as `cuaddr_01JA…`.
    pub object_id: String,
    /// The version of the object after the change.
    pub object_version: i32,
    /// Which fields changed: a JSON list of paths, without their values.
    #[sea_orm(column_type = "JsonBinary")]
    pub changed_paths: Json,
    /// What became of it.
    pub state: State,
    /// How often it was tried.
    pub attempts: i32,
    /// The status that the endpoint answered to the last attempt.
    pub last_status: Option<i32>,
    /// Why the last attempt failed, in our words; at most 255 characters.
    pub last_error: Option<String>,
    /// When it is tried again, after an attempt that failed.
    pub next_attempt_at: Option<DateTimeUtc>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the endpoint took it, or it was given up.
    pub settled_at: Option<DateTimeUtc>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Number
            | Column::Id
            | Column::EndpointId
            | Column::EventId
            | Column::Replay
            | Column::Topic
            | Column::At
            | Column::ActorType
            | Column::SubjectId
            | Column::SubjectPrefix
            | Column::ObjectId
            | Column::ObjectVersion
            | Column::ChangedPaths
            | Column::State
            | Column::Attempts
            | Column::LastStatus
            | Column::LastError
            | Column::NextAttemptAt
            | Column::CreatedAt
            | Column::SettledAt => DataClass::Impersonal,
        }
    }
}
