//! `webhookSecretRotate`: another secret for an endpoint.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::WebhookEndpointId;
use secrecy::ExposeSecret;

use super::{object::WebhookEndpoint, service};
use crate::{
    auth::guard,
    graphql::{ContextExt, Id, Problem, payload},
    work::{Once, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct WebhookSecretRotateMutation;

/// The endpoint that gets another secret.
#[derive(Debug, InputObject)]
pub struct WebhookSecretRotateInput {
    /// The endpoint.
    id: Id<WebhookEndpointId>,
    /// Change only if this is still the version.
    expected_version: Option<i32>,
    /// Why, for the timeline.
    reason: Option<String>,
}

/// What `webhookSecretRotate` answers.
#[derive(Debug, SimpleObject)]
pub struct WebhookSecretRotatePayload {
    /// The endpoint; null when there are user errors.
    webhook_endpoint: Option<WebhookEndpoint>,
    /// Its new secret, shown this once; null when there are user errors.
    secret: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl WebhookSecretRotateMutation {
    /// Gives an endpoint another secret. For 24 hours both sign, so that the receiver can change over in peace; a secret
    /// that is replaced twice in that time signs no more. Requires `webhooks:write`.
    #[graphql(
        guard = "guard::webhooks_write",
        visible = "guard::shows::webhooks_write",
        tag = "admin",
        requires_scopes = "webhooks:write"
    )]
    async fn webhook_secret_rotate(
        &self,
        ctx: &Context<'_>,
        input: WebhookSecretRotateInput,
    ) -> Result<Option<WebhookSecretRotatePayload>> {
        let call = ctx.call();
        let mut options = ctx.write_options("webhookSecretRotate", None, None, input.reason)?;
        options.idempotency = None;
        let (id, version) = (input.id.0, input.expected_version);
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(service::rotate(unit, id, version).await?))
            })
            .await;
        let (rotated, user_errors, _) = payload(call, written)?;
        let (endpoint, secret) = rotated.map(|Once(rotated)| rotated).unzip();
        Ok(Some(WebhookSecretRotatePayload {
            webhook_endpoint: endpoint.map(WebhookEndpoint::from),
            secret: secret.map(|secret| secret.expose_secret().to_owned()),
            user_errors,
        }))
    }
}
