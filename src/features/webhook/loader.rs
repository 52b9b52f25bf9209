//! Endpoints and deliveries by id, and the deliveries of an endpoint.

use std::{collections::HashMap, sync::Arc};

use entity::{
    id::{WebhookDeliveryId, WebhookEndpointId},
    webhook_delivery, webhook_endpoint,
};
use sea_orm::{DbErr, FromQueryResult, QueryFilter, QueryTrait};

use super::visibility::{deliveries_visible_to, visible_to};
use crate::{
    graphql::{Batch, ListRequest, Page, count_of_each, pages_of_each},
    work::{Call, dialect},
};

/// An endpoint by id.
#[derive(Debug)]
pub struct WebhookEndpointById;

impl Batch for WebhookEndpointById {
    type Key = WebhookEndpointId;
    type Value = Arc<webhook_endpoint::Model>;

    async fn load(call: &Call, keys: &[WebhookEndpointId]) -> Result<HashMap<WebhookEndpointId, Self::Value>, DbErr> {
        let rows = visible_to(&call.viewer)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(webhook_endpoint::Column::Id),
                keys.iter().map(|id| id.0),
            ))
            .all(call.db())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// A delivery by id.
#[derive(Debug)]
pub struct WebhookDeliveryById;

impl Batch for WebhookDeliveryById {
    type Key = WebhookDeliveryId;
    type Value = Arc<webhook_delivery::Model>;

    async fn load(call: &Call, keys: &[WebhookDeliveryId]) -> Result<HashMap<WebhookDeliveryId, Self::Value>, DbErr> {
        let rows = deliveries_visible_to(&call.viewer)
            .filter(dialect::any_of(
                call.database.backend(),
                dialect::column(webhook_delivery::Column::Id),
                keys.iter().map(|id| id.0),
            ))
            .all(call.db())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// An endpoint and which part of its deliveries is asked for.
type ListKey = (WebhookEndpointId, Arc<ListRequest<webhook_delivery::Column>>);

/// A page of the deliveries of an endpoint.
#[derive(Debug)]
pub struct DeliveriesOfEndpoint;

impl Batch for DeliveriesOfEndpoint {
    type Key = ListKey;
    type Value = Page<Arc<webhook_delivery::Model>>;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, Self::Value>, DbErr> {
        pages_of_each(
            call,
            keys,
            webhook_delivery::Column::EndpointId,
            || deliveries_visible_to(&call.viewer).into_query(),
            |row| {
                let row = webhook_delivery::Model::from_query_result(row, "")?;
                Ok((row.endpoint_id, Arc::new(row)))
            },
        )
        .await
    }
}

/// How many deliveries an endpoint has.
#[derive(Debug)]
pub struct DeliveryCountOfEndpoint;

impl Batch for DeliveryCountOfEndpoint {
    type Key = ListKey;
    type Value = i64;

    async fn load(call: &Call, keys: &[ListKey]) -> Result<HashMap<ListKey, i64>, DbErr> {
        count_of_each(call, keys, webhook_delivery::Column::EndpointId, || {
            deliveries_visible_to(&call.viewer).into_query()
        })
        .await
    }
}
