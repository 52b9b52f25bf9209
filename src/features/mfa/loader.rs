//! The second factors of many customers at once.

use std::{collections::HashMap, sync::Arc};

use entity::{
    auth_identity,
    id::{CustomerId, PrefixedId},
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
        let rows: Vec<(Model, Option<auth_identity::Model>)> = visible_to(&call.viewer)
            .select_also(auth_identity::Entity)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(auth_identity::Column::CustomerId),
                keys.iter().map(|id| id.uuid()),
            ))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(call.db())
            .await?;
        let mut factors: HashMap<CustomerId, Vec<Arc<Model>>> = HashMap::with_capacity(keys.len());
        for (row, identity) in rows {
            if let Some(customer) = identity.and_then(|identity| identity.customer_id) {
                factors.entry(customer).or_default().push(Arc::new(row));
            }
        }
        Ok(factors)
    }
}
