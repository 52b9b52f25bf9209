//! `impersonationEnd`: acting as oneself again.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, Problem, payload},
    work::{Once, UnitOfWork, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct ImpersonationEndMutation;

/// How to end it.
#[derive(Debug, Default, InputObject)]
pub struct ImpersonationEndInput {
    /// Why, for the timeline.
    reason: Option<String>,
}

/// What `impersonationEnd` answers.
#[derive(Debug, SimpleObject)]
pub struct ImpersonationEndPayload {
    /// Whether the session has ended.
    is_ended: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl ImpersonationEndMutation {
    /// Ends the session in which you act as a customer; the token is refused within seconds. Requires a customer's token.
    #[graphql(
        guard = "guard::store",
        visible = "guard::shows::store",
        tag = "store",
        requires_scopes = "store"
    )]
    async fn impersonation_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] input: ImpersonationEndInput,
    ) -> Result<Option<ImpersonationEndPayload>> {
        let call = ctx.call();
        let mut options = ctx.write_options("impersonationEnd", None, None, input.reason)?;
        options.idempotency = None;
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                service::end(unit).await?;
                Ok::<_, WriteError>(Once(()))
            })
            .await;
        let (ended, user_errors, _) = payload(call, written)?;
        Ok(Some(ImpersonationEndPayload {
            is_ended: ended.is_some(),
            user_errors,
        }))
    }
}
