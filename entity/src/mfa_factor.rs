//! `mfa_factor`: something that somebody has beside a password, such as an app that makes codes.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{AuthIdentityId, MfaFactorId},
    personal_data::{Classified, DataClass},
};

/// What kind of factor is it?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// An app that makes a code every half a minute (RFC 6238).
    #[sea_orm(string_value = "TOTP")]
    Totp,
    /// A security key.
    #[sea_orm(string_value = "WEBAUTHN")]
    Webauthn,
}

/// One second factor.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mfa_factor")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MfaFactorId,
    /// The identity that has it.
    pub auth_identity_id: AuthIdentityId,
    /// Its kind; an identity has one confirmed app at most.
    pub kind: Kind,
    /// What its owner calls it, 1 to 100 characters.
    pub name: String,
    /// The shared secret, encrypted and bound to this row.
    pub secret: String,
    /// The step of the last code that was used: neither it nor one before it is good again.
    pub last_used_step: Option<i64>,
    /// When it was last used.
    pub last_used_at: Option<DateTimeUtc>,
    /// When its owner showed that it works. It is not asked for before.
    pub confirmed_at: Option<DateTimeUtc>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Name => DataClass::Personal,
            Column::Secret => DataClass::Secret,
            Column::Id
            | Column::AuthIdentityId
            | Column::Kind
            | Column::LastUsedStep
            | Column::LastUsedAt
            | Column::ConfirmedAt
            | Column::CreatedAt => DataClass::Impersonal,
        }
    }
}
