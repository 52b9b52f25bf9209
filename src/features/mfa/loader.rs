//! The second factors of many customers or staff users at once.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use entity::{
    auth_identity,
    id::{CustomerId, PrefixedId, StaffUserId},
    mfa_factor::{Column, Model},
};
use sea_orm::{DbErr, QueryFilter, QueryOrder};

use super::visibility::visible_to;
use crate::{
    graphql::Batch,
    work::{Call, dialect},
};

/// The second factors of a customer, oldest first.
#[derive(Debug)]
pub struct FactorsOfCustomer;

impl Batch for FactorsOfCustomer {
    type Key = CustomerId;
    type Value = Vec<Arc<Model>>;

    async fn load(call: &Call, keys: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<Arc<Model>>>, DbErr> {
        factors(call, keys, auth_identity::Column::CustomerId, |row| row.customer_id).await
    }
}

/// The second factors of a staff user, oldest first.
#[derive(Debug)]
pub struct FactorsOfStaffUser;

impl Batch for FactorsOfStaffUser {
    type Key = StaffUserId;
    type Value = Vec<Arc<Model>>;

    async fn load(call: &Call, keys: &[StaffUserId]) -> Result<HashMap<StaffUserId, Vec<Arc<Model>>>, DbErr> {
        factors(call, keys, auth_identity::Column::StaffUserId, |row| row.staff_user_id).await
    }
}

async fn factors<I: PrefixedId + Hash>(
    call: &Call,
    keys: &[I],
    column: auth_identity::Column,
    owner: impl Fn(auth_identity::Model) -> Option<I>,
) -> Result<HashMap<I, Vec<Arc<Model>>>, DbErr> {
    let rows: Vec<(Model, Option<auth_identity::Model>)> = visible_to(&call.viewer)
        .select_also(auth_identity::Entity)
        .filter(dialect::any_of(
            call.database.backend(),
            dialect::column(column),
            keys.iter().map(|id| id.uuid()),
        ))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(call.db())
        .await?;
    let mut factors: HashMap<I, Vec<Arc<Model>>> = HashMap::with_capacity(keys.len());
    for (row, identity) in rows {
        if let Some(owner) = identity.and_then(&owner) {
            factors.entry(owner).or_default().push(Arc::new(row));
        }
    }
    Ok(factors)
}
