//! `sessionEnd`: logging out.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, Problem, payload},
    work::{Once, SessionTokens, UnitOfWork, WriteError, WriteOptions},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct SessionEndMutation;

/// Which sessions to end.
#[derive(Debug, Default, InputObject)]
pub struct SessionEndInput {
    /// Whether to end all sessions of whoever is logged in, on every device, instead of this one alone.
    #[graphql(default)]
    all: bool,
}

/// What `sessionEnd` answers.
#[derive(Debug, SimpleObject)]
pub struct SessionEndPayload {
    /// How many sessions were open and are now ended.
    ended_count: i32,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl SessionEndMutation {
    /// Logs out. Refresh tokens are refused at once, access tokens within seconds.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn session_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] input: SessionEndInput,
    ) -> Result<Option<SessionEndPayload>> {
        let call = ctx.call();
        let Some((identity, session)) = call.viewer.session() else {
            return Ok(None);
        };
        // Whoever acts as a customer logs out nobody but themselves.
        let only = (!input.all || call.viewer.impersonator().is_some()).then_some(session);
        let options = WriteOptions {
            mutation: "sessionEnd",
            ..WriteOptions::default()
        };
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(service::end(unit, identity, only).await?))
            })
            .await;
        let (ended, user_errors, _) = payload(call, written)?;
        if let (Some(_), Some(cookies)) = (&ended, &call.cookies) {
            cookies.put(SessionTokens::Gone);
        }
        Ok(Some(SessionEndPayload {
            ended_count: ended.map_or(0, |Once(count)| i32::try_from(count).unwrap_or(i32::MAX)),
            user_errors,
        }))
    }
}
