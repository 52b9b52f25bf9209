//! `account_token`: something that proves one thing once, such as that an e-mail address is somebody's.

use sea_orm::entity::prelude::*;

use crate::{
    id::{AccountTokenId, AuthIdentityId, CustomerId},
    personal_data::{Classified, DataClass},
};

/// One token.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_token")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountTokenId,
    /// What the token is good for, such as `PASSWORD_RESET`; 1 to 64 characters. It is good for nothing else.
    pub purpose: String,
    /// The normalized e-mail address that the token is about; empty when it is about none.
    pub email_normalized: String,
    /// The identity that the token is about.
    pub auth_identity_id: Option<AuthIdentityId>,
    /// The customer whom the token is about.
    pub customer_id: Option<CustomerId>,
    /// The SHA-256 of the secret, 64 hexadecimal digits; unique. Of a token that goes out by mail it is random until
    /// the mail is sent, since the secret is made only then.
    pub secret_hash: String,
    /// What is done when the token is used, such as the new e-mail address.
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    /// How often a wrong code was given for this token.
    pub attempts: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the token is no longer good.
    pub expires_at: DateTimeUtc,
    /// When the token was used, or replaced by a newer one.
    pub used_at: Option<DateTimeUtc>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::EmailNormalized => DataClass::Personal,
            Column::SecretHash | Column::Data => DataClass::Secret,
            Column::Id
            | Column::Purpose
            | Column::AuthIdentityId
            | Column::CustomerId
            | Column::Attempts
            | Column::CreatedAt
            | Column::ExpiresAt
            | Column::UsedAt => DataClass::Impersonal,
        }
    }
}
