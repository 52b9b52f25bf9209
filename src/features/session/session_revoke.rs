//! `sessionRevoke` and `customerSessionsRevoke`: logging a device out from elsewhere.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::{CustomerId, SessionId};

use super::service;
use crate::{
    auth::guard,
    features::{account::token, customer::service as customers},
    graphql::{ContextExt, DryRunResult, Id, Problem, payload},
    work::{Once, Plain, UnitOfWork, WriteError, WriteOptions},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct SessionRevokeMutation;

/// Which session to end.
#[derive(Debug, InputObject)]
pub struct SessionRevokeInput {
    /// Which session.
    id: Id<SessionId>,
}

/// What `sessionRevoke` answers.
#[derive(Debug, SimpleObject)]
pub struct SessionRevokePayload {
    /// Whether the session was open and is now ended.
    is_ended: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// Whose sessions to end.
#[derive(Debug, InputObject)]
pub struct CustomerSessionsRevokeInput {
    /// Which customer.
    id: Id<CustomerId>,
    /// Why, for the timeline.
    reason: Option<String>,
    /// Run everything, answer with what would change, keep nothing.
    dry_run: Option<bool>,
    /// Repeating the request with the same key changes nothing twice.
    idempotency_key: Option<String>,
}

/// What `customerSessionsRevoke` answers.
#[derive(Debug, SimpleObject)]
pub struct CustomerSessionsRevokePayload {
    /// How many sessions were open and are now ended.
    ended_count: i32,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
    /// What would change, for a dry run.
    dry_run: Option<DryRunResult>,
}

#[Object]
impl SessionRevokeMutation {
    /// Ends one session of whoever is logged in, on any device. Its refresh token is refused at once, its access token
    /// within seconds.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn session_revoke(
        &self,
        ctx: &Context<'_>,
        input: SessionRevokeInput,
    ) -> Result<Option<SessionRevokePayload>> {
        let call = ctx.call();
        let Some((identity, _)) = call.viewer.session() else {
            return Ok(None);
        };
        let id = input.id.0;
        let options = WriteOptions {
            mutation: "sessionRevoke",
            ..WriteOptions::default()
        };
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                service::find_own(unit, identity, id).await?;
                Ok::<_, WriteError>(Once(service::end(unit, identity, Some(id)).await? > 0))
            })
            .await;
        let (ended, user_errors, _) = payload(call, written)?;
        Ok(Some(SessionRevokePayload {
            is_ended: ended.is_some_and(|Once(ended)| ended),
            user_errors,
        }))
    }

    /// Ends every session of a customer. Requires `sessions:write`.
    #[graphql(
        guard = "guard::sessions_write",
        visible = "guard::shows::sessions_write",
        tag = "admin",
        requires_scopes = "sessions:write"
    )]
    async fn customer_sessions_revoke(
        &self,
        ctx: &Context<'_>,
        input: CustomerSessionsRevokeInput,
    ) -> Result<Option<CustomerSessionsRevokePayload>> {
        let call = ctx.call();
        let options = ctx.write_options(
            "customerSessionsRevoke",
            input.idempotency_key,
            input.dry_run,
            input.reason,
        )?;
        let id = input.id.0;
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                let row = customers::find_for_account(unit, id, "id").await?;
                let ended = service::end_all_of_customer(unit, row.id).await?;
                // Support takes an account out of somebody's hands: links that they asked for go as well.
                token::withdraw_everything_of_customer(unit, row.id).await?;
                Ok::<_, WriteError>(Plain(i32::try_from(ended).unwrap_or(i32::MAX)))
            })
            .await;
        let (ended, user_errors, dry_run) = payload(call, written)?;
        Ok(Some(CustomerSessionsRevokePayload {
            ended_count: ended.map_or(0, |Plain(count)| count),
            user_errors,
            dry_run,
        }))
    }
}
