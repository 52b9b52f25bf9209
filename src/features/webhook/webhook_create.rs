//! `webhookCreate`: somebody who is told of events from now on.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use secrecy::ExposeSecret;

use super::{
    courier::Courier,
    input,
    object::WebhookEndpoint,
    service::{self, EndpointDraft},
    topics,
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Problem, payload},
    work::{Complaints, Once, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct WebhookCreateMutation;

/// Somebody who is told of events.
#[derive(Debug, InputObject)]
pub struct WebhookCreateInput {
    /// Where requests go: an address that begins with `https://`, at most 2000 characters.
    url: String,
    /// What it is for, at most 1000 characters.
    description: Option<String>,
    /// Which events it is told of, at most 50: topics such as `customer.updated`, `customer.*` for all that begin so, `*` for
    /// all.
    topics: Vec<String>,
    /// The query whose answer it is told, at most 20000 characters. It may use the variables `$id: ID` (the changed
    /// object), `$subjectId: ID` (the customer or other subject to whose history the event belongs) and `$topic: String`.
    /// Without it, ids, version and changed fields are told.
    payload_query: Option<String>,
    /// What the payload query may see, as `resource:action`, where `*` stands for any: at most what you may do yourself.
    #[graphql(default)]
    permissions: Vec<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Why, for the timeline.
    reason: Option<String>,
}

/// What `webhookCreate` answers.
#[derive(Debug, SimpleObject)]
pub struct WebhookCreatePayload {
    /// The endpoint; null when there are user errors.
    webhook_endpoint: Option<WebhookEndpoint>,
    /// The secret that signs what it is told, shown this once; null when there are user errors, and for a dry run.
    secret: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl WebhookCreateMutation {
    /// Lets somebody be told of what happens from now on, by requests that are signed as Standard Webhooks wants it. At most 50
    /// endpoints. Requires `webhooks:write`.
    #[graphql(
        guard = "guard::webhooks_write",
        visible = "guard::shows::webhooks_write",
        tag = "admin",
        requires_scopes = "webhooks:write"
    )]
    async fn webhook_create(
        &self,
        ctx: &Context<'_>,
        input: WebhookCreateInput,
    ) -> Result<Option<WebhookCreatePayload>> {
        let call = ctx.call();
        let courier = ctx.data::<Courier>()?;
        // No idempotency key, not even from the header: secrets are never kept.
        let mut options = ctx.write_options("webhookCreate", None, input.dry_run, input.reason)?;
        options.idempotency = None;
        let mut complaints = Complaints::default();
        let draft = EndpointDraft {
            url: input::url(&mut complaints, input.url, courier),
            description: complaints.text("description", input.description, input::DESCRIPTION),
            topics: topics::read(&mut complaints, input.topics),
            payload_query: input
                .payload_query
                .and_then(|typed| input::payload_query(&mut complaints, typed)),
            permissions: input::permissions(&mut complaints, &input.permissions),
        };
        if complaints.is_empty() {
            let query = draft.payload_query.as_deref();
            if let Err(error) = input::check_query(call, courier, None, query, &draft.permissions).await {
                complaints.add(error);
            }
        }
        let written = match complaints.check(draft) {
            Ok(draft) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(Once(service::create(unit, draft.clone()).await?))
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (created, user_errors, dry_run) = payload(call, written)?;
        let (endpoint, secret) = created.map(|Once(created)| created).unzip();
        Ok(Some(WebhookCreatePayload {
            webhook_endpoint: endpoint.map(WebhookEndpoint::from),
            secret: secret
                .filter(|_| dry_run.is_none())
                .map(|secret| secret.expose_secret().to_owned()),
            user_errors,
            dry_run,
        }))
    }
}
