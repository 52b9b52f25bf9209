//! `job`: work that goes on after the response, and what became of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{CustomerId, JobId},
    personal_data::{Classified, DataClass},
};

/// What became of a job?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum State {
    /// It waits for its turn.
    #[sea_orm(string_value = "QUEUED")]
    Queued,
    /// A process is at it.
    #[sea_orm(string_value = "RUNNING")]
    Running,
    /// All of it is done.
    #[sea_orm(string_value = "SUCCEEDED")]
    Succeeded,
    /// A part of it could not be done.
    #[sea_orm(string_value = "PARTIAL")]
    Partial,
    /// It was given up.
    #[sea_orm(string_value = "FAILED")]
    Failed,
    /// Somebody did not want it any more.
    #[sea_orm(string_value = "CANCELLED")]
    Cancelled,
}

/// One job.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// Which work, such as `sweep.sessions`; 1 to 64 characters.
    pub kind: String,
    /// What became of it.
    pub state: State,
    /// What the work is about: ids and versions, never personal data.
    #[sea_orm(column_type = "JsonBinary")]
    pub input: Json,
    /// How far the work is, as its handler remembers it: never personal data.
    #[sea_orm(column_type = "JsonBinary")]
    pub memory: Json,
    /// What others have answered on the way, while the job needs it.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub answers: Option<Json>,
    /// The customer whom the answers may be about; the answers go with them.
    pub customer_id: Option<CustomerId>,
    /// How many parts are done, well or not.
    pub done: i32,
    /// How many parts there are; absent as long as nobody knows.
    pub total: Option<i32>,
    /// How many parts were done well.
    pub succeeded: i32,
    /// How many parts could not be done.
    pub failed: i32,
    /// How often it was begun and neither finished nor put back.
    pub attempts: i32,
    /// When it is begun (again); while it is running, when another process may take it over; absent when it is finished.
    pub next_run_at: Option<DateTimeUtc>,
    /// What the process that runs it knows, made anew each time: nobody else may write about it.
    pub lease_token: Option<String>,
    /// When somebody asked that it be cancelled.
    pub cancel_requested_at: Option<DateTimeUtc>,
    /// Why the last attempt failed, without personal data; at most 255 characters.
    pub last_error: Option<String>,
    /// What makes several processes put the same job into the queue once.
    pub schedule_key: Option<String>,
    /// Whether nobody is told when it succeeds; then it is not kept for long.
    pub is_quiet: bool,
    /// The kind of whoever caused it.
    pub created_by_type: String,
    /// Whoever caused it.
    pub created_by_id: Option<Uuid>,
    /// Grows by one with each change of the state; the optimistic lock.
    pub version: i32,
    /// When it was put into the queue.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// When it was begun first.
    pub started_at: Option<DateTimeUtc>,
    /// When it was finished.
    pub finished_at: Option<DateTimeUtc>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Answers => DataClass::Personal,
            Column::LeaseToken => DataClass::Secret,
            Column::Id
            | Column::Kind
            | Column::State
            | Column::Input
            | Column::Memory
            | Column::CustomerId
            | Column::Done
            | Column::Total
            | Column::Succeeded
            | Column::Failed
            | Column::Attempts
            | Column::NextRunAt
            | Column::CancelRequestedAt
            | Column::LastError
            | Column::ScheduleKey
            | Column::IsQuiet
            | Column::CreatedByType
            | Column::CreatedById
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt
            | Column::StartedAt
            | Column::FinishedAt => DataClass::Impersonal,
        }
    }
}
