//! `webhook_endpoint`: somebody who is told of events.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{StaffUserId, WebhookEndpointId},
    personal_data::{Classified, DataClass},
};

/// Whether somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum State {
    /// They are told.
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    /// They are not.
    #[sea_orm(string_value = "DISABLED")]
    Disabled,
}

/// Why somebody is told no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Reason {
    /// Whoever looks after it has switched it off.
    #[sea_orm(string_value = "SWITCHED_OFF")]
    SwitchedOff,
    /// The endpoint has answered that it is gone (410).
    #[sea_orm(string_value = "GONE")]
    Gone,
}

/// One endpoint.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookEndpointId,
    /// Where requests go, at most 2000 characters.
    pub url: String,
    /// What it is for, at most 1000 characters.
    pub description: Option<String>,
    /// Which events it is told of: a JSON list of topics, `customer.*` and `*` among them.
    #[sea_orm(column_type = "JsonBinary")]
    pub topics: Json,
    /// The query whose answer it is told, at most 20000 characters; absent for ids alone.
    pub payload_query: Option<String>,
    /// What the query may see: a JSON list of `resource:action` texts.
    #[sea_orm(column_type = "JsonBinary")]
    pub permissions: Json,
    /// The secret that signs, encrypted.
    pub secret: String,
    /// The part of the secret by which staff recognize it, at most 16 characters.
    pub secret_hint: String,
    /// The secret before, encrypted.
    pub previous_secret: Option<String>,
    /// Until when the secret before signs too.
    pub previous_expires_at: Option<DateTimeUtc>,
    /// Whether it is told.
    pub state: State,
    /// Why it is not.
    pub disabled_because: Option<Reason>,
    /// Until when nothing is sent, because the endpoint has asked for a pause.
    pub paused_until: Option<DateTimeUtc>,
    /// The instant in the life of the outbox after which it is told; empty for all that is read from now on.
    pub made_after: String,
    /// The staff user who made it.
    pub created_by: Option<StaffUserId>,
    /// Grows by one with each change; the optimistic lock.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Secret | Column::PreviousSecret => DataClass::Secret,
            Column::Id
            | Column::Url
            | Column::Description
            | Column::Topics
            | Column::PayloadQuery
            | Column::Permissions
            | Column::SecretHint
            | Column::PreviousExpiresAt
            | Column::State
            | Column::DisabledBecause
            | Column::PausedUntil
            | Column::MadeAfter
            | Column::CreatedBy
            | Column::Version
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
