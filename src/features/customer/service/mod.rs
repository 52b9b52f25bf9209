//! The rules about customers. Everything works on many at once; one is a list of one.

mod absorb;
mod as_of;
mod create;
mod delete;
mod taken;
mod update;
mod upsert;

use entity::{
    customer::{Column, Entity, Model, Status},
    id::CustomerId,
};
use sea_orm::{ColumnTrait, Condition, DbErr, QueryFilter, QueryOrder, QuerySelect, Select, entity::prelude::Json};
use serde_json::json;

use super::visibility;
use crate::{
    graphql::MetadataChange,
    text::{fold, search_text},
    work::{Call, Change, EmailAddress, ErrorCode, ReadBack, Snapshot, UnitOfWork, UserError, WriteError},
};

pub use absorb::{absorb, replace};
pub use as_of::{CHANGES, Untold, as_of};
pub use create::create;
pub use delete::{delete, find_deletable};
pub use taken::registered;
pub use update::update;
pub use upsert::upsert;

/// A new customer.
#[derive(Clone, Debug, Default)]
pub struct CustomerDraft {
    /// E-mail address.
    pub email: Option<EmailAddress>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Business.
    pub company_name: Option<String>,
    /// Phone as typed.
    pub phone: Option<String>,
    /// Phone in E.164.
    pub phone_e164: Option<String>,
    /// Id in another system.
    pub external_id: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// Public metadata, an object.
    pub metadata: Json,
    /// Private metadata, an object.
    pub private_metadata: Json,
    /// Whether the customer has an account. Only registration sets it.
    pub has_account: bool,
}

/// A change of a customer.
#[derive(Clone, Debug, Default)]
pub struct CustomerChange {
    /// E-mail address.
    pub email: Change<EmailAddress>,
    /// Given name.
    pub first_name: Change<String>,
    /// Family name.
    pub last_name: Change<String>,
    /// Business.
    pub company_name: Change<String>,
    /// Phone as typed.
    pub phone: Change<String>,
    /// Id in another system.
    pub external_id: Change<String>,
    /// Language tag.
    pub locale: Change<String>,
    /// Public metadata.
    pub metadata: Option<MetadataChange>,
    /// Private metadata.
    pub private_metadata: Option<MetadataChange>,
    /// Whether the customer may log in.
    pub status: Option<Status>,
}

/// One customer to change.
#[derive(Clone, Debug)]
pub struct CustomerUpdate {
    /// Which.
    pub id: CustomerId,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// What to change.
    pub change: CustomerChange,
}

/// What identifies a customer to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// Our id.
    Id(CustomerId),
    /// The e-mail address; the registered customer comes before guests, the oldest guest before others.
    Email(EmailAddress),
    /// The id in another system.
    ExternalId(String),
}

/// A customer to change or create.
#[derive(Clone, Debug)]
pub struct CustomerUpsert {
    /// What identifies it.
    pub known_by: KnownBy,
    /// What to change, or what to create it with.
    pub change: CustomerChange,
}

/// One result per row, in the order of the rows.
pub type Rows = Vec<Result<Model, Vec<UserError>>>;

/// Finds a customer through the viewer's eyes and locks the row for the rest of the unit.
///
/// # Errors
/// `NOT_FOUND` at `path` when there is none that the viewer may change.
pub async fn find(unit: &UnitOfWork, id: CustomerId, path: &str) -> Result<Model, WriteError> {
    let found = visibility::writable_by(unit.viewer())
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?;
    found.ok_or_else(|| UserError::not_found(path, "customer").into())
}

/// The customers that the viewer may change.
#[must_use]
pub fn writable(unit: &UnitOfWork) -> Select<Entity> {
    visibility::writable_by(unit.viewer())
}

/// Finds a customer about whose account staff do something, and locks the row for the rest of the unit. It must be one
/// that the viewer may see.
///
/// # Errors
/// `NOT_FOUND` at `path` when there is none.
pub async fn find_for_account(unit: &UnitOfWork, id: CustomerId, path: &str) -> Result<Model, WriteError> {
    visibility::visible_to(unit.viewer())
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(unit.db())
        .await?
        .ok_or_else(|| UserError::not_found(path, "customer").into())
}

/// The ids of the customers that match a condition and that the viewer may change, at most `most`.
///
/// # Errors
/// `SELECTOR_TOO_BROAD` when there are more.
pub async fn select(unit: &UnitOfWork, condition: Condition, most: u64) -> Result<Vec<CustomerId>, WriteError> {
    let ids: Vec<CustomerId> = visibility::writable_by(unit.viewer())
        .select_only()
        .column(Column::Id)
        .filter(condition)
        .order_by_asc(Column::Id)
        .limit(most + 1)
        .into_tuple()
        .all(unit.db())
        .await?;
    if ids.len() as u64 > most {
        return Err(UserError::new(
            ErrorCode::SelectorTooBroad,
            "where",
            format!("More than {most} customers match. Narrow the selector or raise maxAffected."),
        )
        .into());
    }
    Ok(ids)
}

/// Fills the columns that follow from others.
pub(crate) fn derive(row: &mut Model) {
    let folded = |text: &Option<String>| text.as_deref().map(fold).unwrap_or_default();
    row.first_name_folded = folded(&row.first_name);
    row.last_name_folded = folded(&row.last_name);
    row.company_name_folded = folded(&row.company_name);
    row.search_text = search_text(
        [
            row.email.as_deref(),
            row.first_name.as_deref(),
            row.last_name.as_deref(),
            row.company_name.as_deref(),
        ],
        row.phone.as_deref(),
    );
}

/// The same key twice in one input.
#[must_use]
pub fn duplicated(path: &str) -> UserError {
    UserError::new(
        ErrorCode::DuplicatedInputItem,
        path,
        "This occurs more than once in the input.",
    )
}

impl Snapshot for Model {
    fn snapshot(&self) -> Vec<(&'static str, Json)> {
        vec![
            ("email", json!(self.email)),
            ("emailVerifiedAt", json!(self.email_verified_at)),
            ("firstName", json!(self.first_name)),
            ("lastName", json!(self.last_name)),
            ("companyName", json!(self.company_name)),
            ("phone", json!(self.phone)),
            ("hasAccount", json!(self.has_account)),
            ("status", json!(self.status)),
            ("externalId", json!(self.external_id)),
            ("locale", json!(self.locale)),
            ("metadata", self.metadata.clone()),
            ("privateMetadata", self.private_metadata.clone()),
        ]
    }
}

impl ReadBack for Model {
    type Id = CustomerId;

    fn id(&self) -> CustomerId {
        self.id
    }

    fn customer(&self) -> Option<CustomerId> {
        Some(self.id)
    }

    async fn read_back(call: &Call, ids: Vec<CustomerId>) -> Result<Vec<Self>, DbErr> {
        visibility::visible_to(&call.viewer)
            .filter(Column::Id.is_in(ids))
            .all(call.db())
            .await
    }
}
