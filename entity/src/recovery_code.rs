//! `recovery_code`: a code, good once, for somebody who has lost their second factor.

use sea_orm::entity::prelude::*;

use crate::{
    id::{AuthIdentityId, RecoveryCodeId},
    personal_data::{Classified, DataClass},
};

/// One recovery code.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_code")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecoveryCodeId,
    /// The identity that may use it.
    pub auth_identity_id: AuthIdentityId,
    /// The SHA-256 of the code, 64 hexadecimal digits; unique per identity.
    pub code_hash: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the code was used.
    pub used_at: Option<DateTimeUtc>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::CodeHash => DataClass::Secret,
            Column::Id | Column::AuthIdentityId | Column::CreatedAt | Column::UsedAt => DataClass::Impersonal,
        }
    }
}
