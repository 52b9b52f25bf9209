//! `session`: a log-in that goes on, and the tokens by which it is renewed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{AuthIdentityId, SessionId, StaffUserId},
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

/// How strongly was a person proven (NIST SP 800-63B)?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Assurance {
    /// By one factor.
    #[sea_orm(string_value = "AAL1")]
    One,
    /// By two factors.
    #[sea_orm(string_value = "AAL2")]
    Two,
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
    /// The hash of the part that all refresh tokens of the session share; unique. A token with this part that is not
    /// the valid one was used before.
    pub family_hash: Option<String>,
    /// What the device called itself when the session began, at most 255 characters.
    pub device: Option<String>,
    /// The network from which the session began: the first 24 bits of an IPv4 address, the first 64 of IPv6.
    pub ip_prefix: Option<String>,
    /// How strongly the person was proven.
    pub assurance: Assurance,
    /// When the person last proved who they are, which sensitive writes ask for.
    pub authenticated_at: Option<DateTimeUtc>,
    /// The staff user who acts as somebody else in this session.
    pub impersonator_id: Option<StaffUserId>,
    /// Why the staff user does so, at most 500 characters.
    pub impersonation_reason: Option<String>,
    /// Whether nothing may be written in this session.
    pub is_read_only: bool,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::RefreshTokenHash | Column::PreviousRefreshTokenHash | Column::FamilyHash => DataClass::Secret,
            Column::Device | Column::IpPrefix | Column::ImpersonationReason => DataClass::Personal,
            Column::Id
            | Column::AuthIdentityId
            | Column::ActorType
            | Column::ActorId
            | Column::RotatedAt
            | Column::CreatedAt
            | Column::LastSeenAt
            | Column::ExpiresAt
            | Column::RevokedAt
            | Column::Assurance
            | Column::AuthenticatedAt
            | Column::ImpersonatorId
            | Column::IsReadOnly => DataClass::Impersonal,
        }
    }
}
