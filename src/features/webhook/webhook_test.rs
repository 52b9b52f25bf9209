//! `webhookTest`: one message at once, to see what an endpoint answers.

use std::time::Instant;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::WebhookEndpointId;
use sea_orm::DbErr;
use serde_json::json;

use super::{
    courier::{self, Courier, Message},
    service,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, Id, Problem, fault, payload, problems},
    work::{Once, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// What a test message says that happened.
const TOPIC: &str = "webhook.test";

/// The longest id of an object.
const LONGEST_ID: usize = 64;

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct WebhookTestMutation;

/// The endpoint to try.
#[derive(Debug, InputObject)]
pub struct WebhookTestInput {
    /// The endpoint; one that is disabled can be tried, too.
    id: Id<WebhookEndpointId>,
    /// The id that the payload query is asked with, of whatever kind it looks for, at most 64 characters. Without it the
    /// query is not asked.
    object_id: Option<String>,
}

/// What `webhookTest` answers.
#[derive(Debug, SimpleObject)]
pub struct WebhookTestPayload {
    /// Whether the endpoint took it; null when there are user errors.
    is_delivered: Option<bool>,
    /// The status that it answered; null when there was no answer.
    status: Option<i32>,
    /// How long it took, in milliseconds.
    duration_milliseconds: Option<i32>,
    /// Why it was not taken.
    error: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl WebhookTestMutation {
    /// Sends one message with the topic `webhook.test` at once, and answers what became of it. Nothing is kept of it, and it
    /// is not tried again. Requires `webhooks:write`, and what the endpoint may see.
    #[graphql(
        guard = "guard::webhooks_write",
        visible = "guard::shows::webhooks_write",
        tag = "admin",
        requires_scopes = "webhooks:write"
    )]
    async fn webhook_test(&self, ctx: &Context<'_>, input: WebhookTestInput) -> Result<Option<WebhookTestPayload>> {
        let call = ctx.call();
        let id = input.id.0;
        let options = WriteOptions {
            mutation: "webhookTest",
            ..WriteOptions::default()
        };
        let found = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(service::trusted(unit, id, None).await?))
            })
            .await;
        let (found, user_errors, _) = payload(call, found)?;
        let object = input.object_id;
        let Some(Once(mut endpoint)) = found else {
            return Ok(Some(refused(user_errors)));
        };
        if object.as_ref().is_some_and(|id| id.len() > LONGEST_ID) {
            return Ok(Some(refused(problems(vec![UserError::not_found(
                "objectId", "object",
            )]))));
        }
        if object.is_none() {
            endpoint.payload_query = None;
        }
        let message = Message {
            event: call.new_id(),
            topic: TOPIC.to_owned(),
            at: call.now(),
            actor_type: call.viewer.kind().to_owned(),
            subject: object.clone().unwrap_or_else(|| endpoint.id.to_string()),
            object: object.unwrap_or_else(|| endpoint.id.to_string()),
            version: endpoint.version,
            changed_paths: json!([]),
        };
        let secrets = courier::secrets(call, &endpoint, call.now())
            .map_err(|error| fault(call, &DbErr::Custom(error.to_string())))?;
        let courier = ctx.data::<Courier>()?;
        let composed = courier.compose(call, &endpoint, &message).await;
        let began = Instant::now();
        let outcome = courier
            .post(&endpoint, &secrets, call.now(), message.event, composed.body)
            .await;
        let (status, error) = match &outcome {
            Ok(status) => (Some(*status), None),
            Err(failure) => (failure.status, Some(failure.reason.clone())),
        };
        Ok(Some(WebhookTestPayload {
            is_delivered: Some(outcome.is_ok()),
            status: status.map(i32::from),
            duration_milliseconds: i32::try_from(began.elapsed().as_millis()).ok(),
            error,
            user_errors: Vec::new(),
        }))
    }
}

fn refused(user_errors: Vec<Problem>) -> WebhookTestPayload {
    WebhookTestPayload {
        is_delivered: None,
        status: None,
        duration_milliseconds: None,
        error: None,
        user_errors,
    }
}
