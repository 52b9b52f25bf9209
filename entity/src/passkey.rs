//! `passkey`: a key on somebody's device, with which they log in (WebAuthn).

use sea_orm::entity::prelude::*;

use crate::{
    id::{AuthIdentityId, PasskeyId},
    personal_data::{Classified, DataClass},
};

/// One passkey.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasskeyId,
    /// The identity that logs in with it.
    pub auth_identity_id: AuthIdentityId,
    /// What its owner calls it, 1 to 64 characters.
    pub name: String,
    /// How the device names it, as base64url without padding; unique, 1 to 1364 characters.
    pub credential_id: String,
    /// The public key, with what is known about the device.
    #[sea_orm(column_type = "JsonBinary")]
    pub credential: Json,
    /// How often the device said that it had signed when it was last used; 0 where it does not count. It never goes
    /// back.
    pub sign_count: i64,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When somebody last logged in with it, or proved with it who they are.
    pub last_used_at: Option<DateTimeUtc>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Name | Column::CredentialId | Column::Credential => DataClass::Personal,
            Column::Id | Column::AuthIdentityId | Column::SignCount | Column::CreatedAt | Column::LastUsedAt => {
                DataClass::Impersonal
            }
        }
    }
}
