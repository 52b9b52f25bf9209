//! The ways in which customers log in, for many customers at once.

use std::{collections::HashMap, sync::Arc};

use entity::{
    auth_identity,
    id::CustomerId,
    provider_identity::{Column, Model},
};
use sea_orm::{DbErr, QueryFilter, QueryOrder};

use super::visibility::of_customers_visible_to;
use crate::{
    graphql::Batch,
    work::{Call, dialect},
};

/// The ways in which a customer logs in, the oldest first.
#[derive(Debug)]
pub struct LoginMethodsOfCustomer;

impl Batch for LoginMethodsOfCustomer {
    type Key = CustomerId;
    type Value = Arc<Vec<Model>>;

    async fn load(call: &Call, keys: &[CustomerId]) -> Result<HashMap<CustomerId, Arc<Vec<Model>>>, DbErr> {
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
        let mut found: HashMap<CustomerId, Vec<Model>> = HashMap::new();
        for (row, identity) in rows {
            if let Some(customer) = identity.and_then(|identity| identity.customer_id) {
                found.entry(customer).or_default().push(row);
            }
        }
        Ok(found
            .into_iter()
            .map(|(customer, rows)| (customer, Arc::new(rows)))
            .collect())
    }
}
