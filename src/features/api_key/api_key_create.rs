//! `apiKeyCreate`: a new key, whose secret is shown once.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::{api_key::Kind, id::ChannelId};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    object::{ApiKey, ApiKeyKind},
    service::{self, KeyDraft},
};
use crate::{
    auth::guard,
    features::role::authority::read_permissions,
    graphql::{ContextExt, DateTime, Id, Problem, payload},
    work::{Once, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct ApiKeyCreateMutation;

/// A new API key.
#[derive(Debug, InputObject)]
pub struct ApiKeyCreateInput {
    /// What the key is for.
    name: String,
    /// What kind of key.
    #[graphql(default)]
    kind: ApiKeyKind,
    /// What whoever has a secret key may do, as `resource:action`, where `*` stands for any: at most what you may do
    /// yourself.
    permissions: Option<Vec<String>>,
    /// The channel that a publishable key names.
    channel_id: Option<Id<ChannelId>>,
    /// When the key ends by itself; without it never.
    expires_at: Option<DateTime>,
    /// Why, for the timeline.
    reason: Option<String>,
}

/// What `apiKeyCreate` answers.
#[derive(Debug, SimpleObject)]
pub struct ApiKeyCreatePayload {
    /// The new key; null when there are user errors.
    api_key: Option<ApiKey>,
    /// Its secret, shown this once; null when there are user errors.
    secret: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl ApiKeyCreateMutation {
    /// Creates an API key. Only a staff user who has logged in a short while ago can do it. Requires `api_keys:write`.
    #[graphql(
        guard = "guard::api_keys_write",
        visible = "guard::shows::api_keys_write",
        tag = "admin",
        requires_scopes = "api_keys:write"
    )]
    async fn api_key_create(&self, ctx: &Context<'_>, input: ApiKeyCreateInput) -> Result<Option<ApiKeyCreatePayload>> {
        let call = ctx.call();
        // No idempotency key, not even from the header: secrets are never kept.
        let mut options = ctx.write_options("apiKeyCreate", None, None, input.reason)?;
        options.idempotency = None;
        let written = match read_permissions("permissions", &input.permissions.unwrap_or_default()) {
            Ok((_, names)) => {
                let draft = KeyDraft {
                    name: input.name,
                    kind: match input.kind {
                        ApiKeyKind::Secret => Kind::Secret,
                        ApiKeyKind::Publishable => Kind::Publishable,
                    },
                    permissions: json!(names),
                    channel: input.channel_id.map(|id| id.0),
                    expires_at: input.expires_at.map(|time| time.0),
                };
                call.write(options, async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(Once(service::create_by_staff(unit, draft.clone()).await?))
                })
                .await
            }
            Err(error) => Err(error.into()),
        };
        let (created, user_errors, _) = payload(call, written)?;
        let (api_key, secret) = created.map(|Once(created)| created).unzip();
        Ok(Some(ApiKeyCreatePayload {
            api_key: api_key.map(ApiKey::from),
            secret: secret.map(|secret| secret.expose_secret().to_owned()),
            user_errors,
        }))
    }
}
