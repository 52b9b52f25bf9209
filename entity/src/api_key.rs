//! `api_key`: the secret by which a back-office system is known.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{ApiKeyId, ChannelId, StaffUserId},
    personal_data::{Classified, DataClass},
};

/// What an API key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// Known to a back-office system alone; has permissions.
    #[sea_orm(string_value = "SECRET")]
    Secret,
    /// Known to everybody who looks at a storefront; names its channel and opens nothing.
    #[sea_orm(string_value = "PUBLISHABLE")]
    Publishable,
}

/// One API key.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    /// What staff call the key, 1 to 255 characters.
    pub name: String,
    /// The hash of the secret; the secret itself is shown once and not kept.
    pub secret_hash: String,
    /// The part of the secret by which staff recognize it, at most 16 characters.
    pub secret_hint: String,
    /// What the key may do: a JSON list of `resource:action` texts.
    #[sea_orm(column_type = "JsonBinary")]
    pub permissions: Json,
    /// The staff user who made the key.
    pub created_by: Option<StaffUserId>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the key stops working by itself; absent means never.
    pub expires_at: Option<DateTimeUtc>,
    /// When the key was withdrawn.
    pub revoked_at: Option<DateTimeUtc>,
    /// What the key is for.
    pub kind: Kind,
    /// The channel of a publishable key.
    pub channel_id: Option<ChannelId>,
    /// The hash of the secret before the present one; unique.
    pub previous_secret_hash: Option<String>,
    /// Until when the secret before works too.
    pub previous_expires_at: Option<DateTimeUtc>,
    /// When the key was last used, to the minute.
    pub last_used_at: Option<DateTimeUtc>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::SecretHash | Column::PreviousSecretHash => DataClass::Secret,
            Column::Id
            | Column::Name
            | Column::SecretHint
            | Column::Permissions
            | Column::CreatedBy
            | Column::CreatedAt
            | Column::ExpiresAt
            | Column::RevokedAt
            | Column::Kind
            | Column::ChannelId
            | Column::PreviousExpiresAt
            | Column::LastUsedAt => DataClass::Impersonal,
        }
    }
}
