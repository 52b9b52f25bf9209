//! Tokens that show one order to whoever holds one and knows the e-mail address on the order.
//!
//! A token has 256 random bits, of which only the SHA-256 is kept. It is good for several looks, until it expires, and
//! not any longer when the order goes from one customer to another.

use chrono::TimeDelta;
use entity::{
    id::OrderLinkId,
    order_token::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{Order, Query},
};

use crate::{
    auth::{ACCOUNT_TOKEN_PREFIX, secret_hash},
    features::mail::service as mails,
    work::UnitOfWork,
};

/// For how long a token is good that goes out with a confirmation.
pub const CONFIRMATION: TimeDelta = TimeDelta::days(30);

/// For how long a token is good that somebody asks for.
pub const REQUEST: TimeDelta = TimeDelta::days(1);

/// The longest secret that is looked at, in bytes.
pub const LONGEST: usize = 128;

/// A new secret.
#[must_use]
pub fn new_secret(unit: &UnitOfWork) -> String {
    format!("{ACCOUNT_TOKEN_PREFIX}{}", unit.call().ids.token())
}

/// Makes a token of an order, or of none, which is good for nothing, with this secret.
///
/// # Errors
/// Faults.
pub async fn issue(
    unit: &UnitOfWork,
    link: Option<OrderLinkId>,
    secret: &str,
    lifetime: TimeDelta,
) -> Result<Model, DbErr> {
    let row = Model {
        id: unit.new_id(),
        order_link_id: link,
        secret_hash: secret_hash(secret),
        created_at: unit.now(),
        expires_at: unit.now() + lifetime,
    };
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(unit.db())
        .await?;
    Ok(row)
}

/// Removes tokens that have not been good for a day, with the mails that brought them to nobody whom we know; answers how
/// many.
///
/// # Errors
/// Faults.
pub async fn sweep(unit: &UnitOfWork, most: u64) -> Result<u64, DbErr> {
    let old = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::ExpiresAt.lt(unit.now() - TimeDelta::days(1)))
        .order_by(Column::ExpiresAt, Order::Asc)
        .limit(most)
        .take();
    mails::outlive_order_tokens(unit, old.clone()).await?;
    let removed = Entity::delete_many()
        .filter(Column::Id.in_subquery(old))
        .exec(unit.db())
        .await?;
    Ok(removed.rows_affected)
}
