//! `mail`: a mail to be sent, and what became of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    id::{AccountTokenId, CustomerId, MailId, OrderTokenId},
    personal_data::{Classified, DataClass},
};

/// What became of a mail?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum State {
    /// It waits to be sent.
    #[sea_orm(string_value = "QUEUED")]
    Queued,
    /// The mail server took it.
    #[sea_orm(string_value = "SENT")]
    Sent,
    /// It was given up.
    #[sea_orm(string_value = "FAILED")]
    Failed,
    /// It must not be sent: it was written only so that a known address takes as long as an unknown one.
    #[sea_orm(string_value = "WITHHELD")]
    Withheld,
}

/// One mail.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mail")]
pub struct Model {
    /// Time-ordered id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MailId,
    /// Which text, such as `password_reset`; 1 to 64 characters.
    pub template: String,
    /// The e-mail address it goes to, as it is kept with the account; at most 254 characters.
    pub recipient: String,
    /// In which language, as a BCP 47 tag; absent for the default one.
    pub locale: Option<String>,
    /// The token whose secret goes out with it. The secret is made when the mail is sent, so none is ever kept.
    pub account_token_id: Option<AccountTokenId>,
    /// The customer it goes to.
    pub customer_id: Option<CustomerId>,
    /// What is filled into the text, beside the secret.
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    /// What became of it.
    pub state: State,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried (again); while it is being sent, when another process may take it over.
    pub next_attempt_at: Option<DateTimeUtc>,
    /// Why the last attempt failed, without addresses; at most 255 characters.
    pub last_error: Option<String>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the mail server took it.
    pub sent_at: Option<DateTimeUtc>,
    /// The token that shows an order and whose secret goes out with it, made when the mail is sent.
    pub order_token_id: Option<OrderTokenId>,
}

/// No relations are declared: loaders and visibility say what belongs to what.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Classified for Entity {
    fn class(column: &Column) -> DataClass {
        match column {
            Column::Recipient | Column::Locale | Column::Data => DataClass::Personal,
            Column::Id
            | Column::Template
            | Column::AccountTokenId
            | Column::CustomerId
            | Column::State
            | Column::Attempts
            | Column::NextAttemptAt
            | Column::LastError
            | Column::CreatedAt
            | Column::SentAt
            | Column::OrderTokenId => DataClass::Impersonal,
        }
    }
}
