//! `apiKeyRotate` and `apiKeyRevoke`: another secret for a key, and its end.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::TimeDelta;
use entity::id::ApiKeyId;
use secrecy::ExposeSecret;

use super::{object::ApiKey, service};
use crate::{
    auth::guard,
    graphql::{ContextExt, Id, Problem, payload},
    work::{Once, UnitOfWork, WriteError},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct ApiKeyChangeMutation;

/// The key that gets another secret.
#[derive(Debug, InputObject)]
pub struct ApiKeyRotateInput {
    /// The key.
    id: Id<ApiKeyId>,
    /// For how many minutes the secret before works on, at most 1440 (a day).
    #[graphql(default)]
    grace_minutes: i32,
    /// Why, for the timeline.
    reason: Option<String>,
}

/// What `apiKeyRotate` answers.
#[derive(Debug, SimpleObject)]
pub struct ApiKeyRotatePayload {
    /// The key; null when there are user errors.
    api_key: Option<ApiKey>,
    /// Its new secret, shown this once; null when there are user errors.
    secret: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// The key that ends.
#[derive(Debug, InputObject)]
pub struct ApiKeyRevokeInput {
    /// The key.
    id: Id<ApiKeyId>,
    /// Why, for the timeline.
    reason: Option<String>,
}

/// What `apiKeyRevoke` answers.
#[derive(Debug, SimpleObject)]
pub struct ApiKeyRevokePayload {
    /// The key; null when there are user errors.
    api_key: Option<ApiKey>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl ApiKeyChangeMutation {
    /// Gives an API key another secret. Only a staff user who has logged in a short while ago, and may do what the key
    /// may, can do it. Requires `api_keys:write`.
    #[graphql(
        guard = "guard::api_keys_write",
        visible = "guard::shows::api_keys_write",
        tag = "admin",
        requires_scopes = "api_keys:write"
    )]
    async fn api_key_rotate(&self, ctx: &Context<'_>, input: ApiKeyRotateInput) -> Result<Option<ApiKeyRotatePayload>> {
        let call = ctx.call();
        let mut options = ctx.write_options("apiKeyRotate", None, None, input.reason)?;
        options.idempotency = None;
        let (id, grace) = (input.id.0, TimeDelta::minutes(input.grace_minutes.into()));
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(service::rotate(unit, id, grace).await?))
            })
            .await;
        let (rotated, user_errors, _) = payload(call, written)?;
        let (api_key, secret) = rotated.map(|Once(rotated)| rotated).unzip();
        Ok(Some(ApiKeyRotatePayload {
            api_key: api_key.map(ApiKey::from),
            secret: secret.map(|secret| secret.expose_secret().to_owned()),
            user_errors,
        }))
    }

    /// Ends an API key, at the latest within five seconds. Requires `api_keys:write`.
    #[graphql(
        guard = "guard::api_keys_write",
        visible = "guard::shows::api_keys_write",
        tag = "admin",
        requires_scopes = "api_keys:write"
    )]
    async fn api_key_revoke(&self, ctx: &Context<'_>, input: ApiKeyRevokeInput) -> Result<Option<ApiKeyRevokePayload>> {
        let call = ctx.call();
        let mut options = ctx.write_options("apiKeyRevoke", None, None, input.reason)?;
        options.idempotency = None;
        let id = input.id.0;
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(service::revoke(unit, id).await?))
            })
            .await;
        let (revoked, user_errors, _) = payload(call, written)?;
        Ok(Some(ApiKeyRevokePayload {
            api_key: revoked.map(|Once(row)| ApiKey::from(row)),
            user_errors,
        }))
    }
}
