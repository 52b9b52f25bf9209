//! `provider_identity`: one way in which an identity logs in, such as a password or a social log-in.

use sea_orm::entity::prelude::*;

use crate::{
    id::{AuthIdentityId, ProviderIdentityId},
    personal_data::{Classified, DataClass},
};

/// The provider of those who log in with e-mail address and password: we are it ourselves.
pub const PASSWORD: &str = "password";

/// One way to log in.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_identity")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProviderIdentityId,
    /// The identity that logs in.
    pub auth_identity_id: AuthIdentityId,
    /// Who vouches for the identity, such as `password`; 1 to 64 characters.
    pub provider: String,
    /// How the provider names the person, such as an e-mail address; unique per provider, 1 to 255 characters.
    pub subject: String,
    /// The hash of the secret in PHC form; absent for providers that keep the secret themselves.
    pub secret_hash: Option<String>,
    /// What the provider told about the person.
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    /// When the person proved that the subject is theirs.
    pub verified_at: Option<DateTimeUtc>,
    /// When somebody last logged in this way.
    pub last_used_at: Option<DateTimeUtc>,
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
            Column::Subject | Column::Data => DataClass::Personal,
            Column::SecretHash => DataClass::Secret,
            Column::Id
            | Column::AuthIdentityId
            | Column::Provider
            | Column::VerifiedAt
            | Column::LastUsedAt
            | Column::CreatedAt
            | Column::UpdatedAt => DataClass::Impersonal,
        }
    }
}
