//! `sessionRefresh`: going on with a session.

use async_graphql::{Context, InputObject, Object, Result};
use secrecy::ExposeSecret;

use super::{
    grant::{Grant, grant_payload, refresh_token},
    service,
};
use crate::{
    auth::secret_hash,
    graphql::{ContextExt, Secret, payload, problems},
    work::{ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct SessionRefreshMutation;

/// A session to go on with.
#[derive(Debug, InputObject)]
pub struct SessionRefreshInput {
    /// The refresh token that was given last.
    refresh_token: Secret,
}

grant_payload! {
    /// What `sessionRefresh` answers.
    SessionRefreshPayload
}

#[Object]
impl SessionRefreshMutation {
    /// Gives a new access token and a new refresh token for a refresh token, which is used up. A refresh token that
    /// comes a second time ends its session, because two have it.
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        input: SessionRefreshInput,
    ) -> Result<Option<SessionRefreshPayload>> {
        let call = ctx.call();
        let token = refresh_token(&call.ids);
        let options = WriteOptions {
            mutation: "sessionRefresh",
            ..WriteOptions::default()
        };
        let (old, new) = (secret_hash(input.refresh_token.0.expose_secret()), secret_hash(&token));
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(service::rotate(unit, &old, &new).await?))
            })
            .await;
        let (session, mut user_errors, _) = payload(call, written)?;
        let grant = match session {
            Some(Once(Some(session))) => Some(Grant::of(call, &session, token)?),
            Some(Once(None)) => {
                user_errors = problems(vec![UserError::new(
                    ErrorCode::TokenInvalid,
                    "refreshToken",
                    "This refresh token is not valid (any more). Log in again.",
                )]);
                None
            }
            None => None,
        };
        Ok(Some(SessionRefreshPayload::new(grant, user_errors)))
    }
}
