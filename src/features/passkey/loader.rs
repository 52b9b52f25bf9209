//! Passkeys, for many who have them at once.

use std::{collections::HashMap, sync::Arc};

use entity::{
    auth_identity,
    id::{AuthIdentityId, CustomerId},
    passkey::{Column, Model},
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder};

use super::visibility::{of_customers_visible_to, own};
use crate::{
    graphql::Batch,
    work::{Call, dialect},
};

/// The passkeys of a customer, the oldest first.
#[derive(Debug)]
pub struct PasskeysOfCustomer;

impl Batch for PasskeysOfCustomer {
    type Key = CustomerId;
    type Value = Vec<Arc<Model>>;

    async fn load(call: &Call, keys: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<Arc<Model>>>, DbErr> {
        // An identity has at most some twenty of them.
        let rows: Vec<(Model, Option<auth_identity::Model>)> = of_customers_visible_to(&call.viewer)
            .select_also(auth_identity::Entity)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(auth_identity::Column::CustomerId),
                keys.iter().map(|id| id.0),
            ))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(call.db())
            .await?;
        let mut found: HashMap<CustomerId, Vec<Arc<Model>>> = HashMap::new();
        for (row, identity) in rows {
            if let Some(customer) = identity.and_then(|identity| identity.customer_id) {
                found.entry(customer).or_default().push(Arc::new(row));
            }
        }
        Ok(found)
    }
}

/// The passkeys of an identity, the oldest first: those of whoever is logged in, and of nobody else.
#[derive(Debug)]
pub struct PasskeysOfIdentity;

impl Batch for PasskeysOfIdentity {
    type Key = AuthIdentityId;
    type Value = Vec<Arc<Model>>;

    async fn load(call: &Call, keys: &[AuthIdentityId]) -> Result<HashMap<AuthIdentityId, Vec<Arc<Model>>>, DbErr> {
        let rows = own(&call.viewer)
            .filter(Column::AuthIdentityId.is_in(keys.iter().copied()))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(call.db())
            .await?;
        let mut found: HashMap<AuthIdentityId, Vec<Arc<Model>>> = HashMap::new();
        for row in rows {
            found.entry(row.auth_identity_id).or_default().push(Arc::new(row));
        }
        Ok(found)
    }
}
