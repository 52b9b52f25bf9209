//! `session`: a log-in that goes on, and the tokens by which it is renewed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{AuthIdentityId, SessionId},
    personal_data::{Classified, DataClass},
};

/// As what does an identity act?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ActorType {
    /// As a customer, in store scope.
    #[sea_orm(string_value = "CUSTOMER")]
    Customer,
    /// As a staff user, in admin scope.
    #[sea_orm(string_value = "STAFF")]
    Staff,
}

/// One session.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// The identity that logged in.
    pub auth_identity_id: AuthIdentityId,
    /// As what the identity acts in this session.
    pub actor_type: ActorType,
    /// The stored bits of the id of the customer or staff user as whom the identity acts.
    pub actor_id: Uuid,
    /// The hash of the refresh token now valid; unique.
    pub refresh_token_hash: String,
    /// The hash of the refresh token before it, which betrays a theft when it comes back late.
    pub previous_refresh_token_hash: Option<String>,
    /// When the refresh token was last replaced.
    pub rotated_at: Option<DateTimeUtc>,
    /// When the session began.
    pub created_at: DateTimeUtc,
    /// When the session was last used.
    pub last_seen_at: DateTimeUtc,
    /// When the session ends by itself.
    pub expires_at: DateTimeUtc,
    /// When the session was ended early.
    pub revoked_at: Option<DateTimeUtc>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::RefreshTokenHash | Column::PreviousRefreshTokenHash => DataClass::Secret,
            Column::Id
            | Column::AuthIdentityId
            | Column::ActorType
            | Column::ActorId
            | Column::RotatedAt
            | Column::CreatedAt
            | Column::LastSeenAt
            | Column::ExpiresAt
            | Column::RevokedAt => DataClass::Impersonal,
        }
    }
}
