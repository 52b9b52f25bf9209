//! `hookUpsert`: somebody is asked before a mutation, or told after it.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::HookId;
use secrecy::ExposeSecret;

use super::{
    object::{Hook, HookOnFailure, HookPoint},
    registry::Registry,
    service::{self, HookDraft},
};
use crate::{
    auth::guard,
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    outbound::is_internet_url,
    work::{Complaints, ErrorCode, Once, UnitOfWork, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct HookUpsertMutation;

/// A hook to keep: a new one, or with an id what is to change of one that there is.
#[derive(Debug, InputObject)]
pub struct HookUpsertInput {
    /// The hook; a new one without.
    id: Option<Id<HookId>>,
    /// Change only if this is still the version.
    expected_version: Option<i32>,
    /// When it is asked or told. A new hook must have it.
    point: Option<HookPoint>,
    /// The name of the mutation, one of `hookMutations`. A new hook must have it.
    mutation: Option<String>,
    /// Where it is: an address that begins with https, at most 2000 characters. A new hook must have it.
    url: Option<String>,
    /// For how long it is waited for, in milliseconds: 100 to 5000, and 1000 where nothing is said.
    timeout_milliseconds: Option<i32>,
    /// What becomes of the mutation when it does not answer as it should: `CLOSED` where nothing is said.
    on_failure: Option<HookOnFailure>,
    /// Which comes first of several of the same mutation: 0 to 1000, and 0 where nothing is said.
    position: Option<i32>,
    /// Whether it is asked or told at all: it is where nothing is said.
    is_enabled: Option<bool>,
    /// Make a new secret; the old one signs nothing any more.
    renew_secret: Option<bool>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
}

/// What `hookUpsert` answers.
#[derive(Debug, SimpleObject)]
pub struct HookUpsertPayload {
    /// The hook; null when there are user errors.
    hook: Option<Hook>,
    /// The secret that signs requests to it (Standard Webhooks), shown this once; null when it is not new.
    secret: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl HookUpsertMutation {
    /// Keeps a hook, at most 200 of them. Who is asked before a mutation sees its input, may refuse it and may change
    /// it. Other processes of the service know of it after two seconds. Requires `hooks:write`,
    /// and to do anything but switch a hook off every other permission: a hook sees and changes what others write.
    #[graphql(
        guard = "guard::hooks_write",
        visible = "guard::shows::hooks_write",
        tag = "admin",
        requires_scopes = "hooks:write"
    )]
    async fn hook_upsert(&self, ctx: &Context<'_>, input: HookUpsertInput) -> Result<Option<HookUpsertPayload>> {
        let call = ctx.call();
        let Some(registry) = ctx.data_opt::<Arc<Registry>>() else {
            return Ok(None);
        };
        // No idempotency key, not even from the header: secrets are never kept.
        let mut options = ctx.write_options("hookUpsert", None, input.dry_run, input.reason.clone())?;
        options.idempotency = None;
        let keeps = !options.dry_run;
        let mut complaints = Complaints::default();
        let draft = draft(&mut complaints, input, registry);
        let written = match complaints.check(draft) {
            Ok(draft) => {
                call.write(options, async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(Once(service::keep(unit, draft.clone()).await?))
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        registry.forget();
        let (kept, user_errors, dry_run) = payload(call, written)?;
        let (hook, secret) = kept.map(|Once(kept)| kept).unzip();
        Ok(Some(HookUpsertPayload {
            hook: hook.map(Hook::from),
            secret: secret
                .flatten()
                .filter(|_| keeps)
                .map(|secret| secret.expose_secret().to_owned()),
            user_errors,
            dry_run,
        }))
    }
}

fn draft(complaints: &mut Complaints, input: HookUpsertInput, registry: &Registry) -> HookDraft {
    let mut invalid = |holds: bool, path: &str, message: &'static str| {
        if !holds {
            complaints.add(UserError::new(ErrorCode::Invalid, path, message));
        }
    };
    if let Some(mutation) = &input.mutation {
        let holds = registry.mutations().contains(mutation);
        let message = "There is no such mutation, or it can have no hooks. hookMutations lists those that can.";
        invalid(holds, "mutation", message);
    }
    if let Some(url) = &input.url {
        let holds = url.chars().count() <= 2_000 && is_internet_url(url, registry.allows_private());
        let message = "This must be an address on the internet that begins with https://, of at most 2000 characters.";
        invalid(holds, "url", message);
    }
    let timeout = input.timeout_milliseconds.unwrap_or(100);
    let message = "Between 100 and 5000 milliseconds are possible.";
    invalid((100..=5_000).contains(&timeout), "timeoutMilliseconds", message);
    let position = input.position.unwrap_or_default();
    invalid(
        (0..=1_000).contains(&position),
        "position",
        "Positions are from 0 to 1000.",
    );
    if input.id.is_none() {
        for (path, is_given) in [
            ("point", input.point.is_some()),
            ("mutation", input.mutation.is_some()),
            ("url", input.url.is_some()),
        ] {
            if !is_given {
                complaints.add(UserError::new(ErrorCode::Required, path, "Fill this in."));
            }
        }
    }
    HookDraft {
        id: input.id.map(|id| id.0),
        expected_version: input.expected_version,
        point: input.point.map(Into::into),
        mutation: input.mutation,
        url: input.url,
        timeout_ms: input.timeout_milliseconds,
        on_failure: input.on_failure.map(Into::into),
        position: input.position,
        is_enabled: input.is_enabled,
        renews_secret: input.renew_secret.unwrap_or_default(),
    }
}
