//! `sessionRefresh`: going on with a session.

use async_graphql::{Context, InputObject, Object, Result};

use super::{
    grant::{Grant, grant_payload},
    service::{self, RefreshToken, Rotation},
};
use crate::{
    graphql::{ContextExt, Secret, payload, problems},
    work::{ErrorCode, Once, SessionCookies, SessionTokens, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct SessionRefreshMutation;

/// A session to go on with.
#[derive(Debug, Default, InputObject)]
pub struct SessionRefreshInput {
    /// The refresh token that was given last; left out in cookie mode.
    refresh_token: Option<Secret>,
}

grant_payload! {
    /// What `sessionRefresh` answers.
    SessionRefreshPayload
}

#[Object]
impl SessionRefreshMutation {
    /// Gives a new access token and a new refresh token for a refresh token, which is used up. A refresh token that
    /// comes a second time ends its session, because two have it; only when the answer was lost it may come once more,
    /// from two to ten seconds later.
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] input: SessionRefreshInput,
    ) -> Result<Option<SessionRefreshPayload>> {
        let call = ctx.call();
        let cookie = call.cookies.as_ref().and_then(SessionCookies::refresh).cloned();
        let presented = input.refresh_token.map(|token| token.0).or(cookie);
        let old = RefreshToken::presented(presented.unwrap_or_default());
        let token = old.next(&call.ids);
        let options = WriteOptions {
            mutation: "sessionRefresh",
            ..WriteOptions::default()
        };
        let new = token.clone();
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                Ok::<_, WriteError>(Once(service::rotate(unit, &old, &new).await?))
            })
            .await;
        let (session, mut user_errors, _) = payload(call, written)?;
        let grant = match session {
            Some(Once(Rotation::Renewed(session))) => Some(Grant::of(call, &session, &token)?),
            Some(Once(Rotation::SameMoment)) => {
                user_errors = problems(vec![UserError::new(
                    ErrorCode::Conflict,
                    "refreshToken",
                    "Another request renewed this session a moment ago. Use the tokens that it got, or, if its answer \
                     was lost, try again in two seconds.",
                )]);
                None
            }
            Some(Once(Rotation::Invalid)) => {
                user_errors = problems(vec![UserError::new(
                    ErrorCode::TokenInvalid,
                    "refreshToken",
                    "This refresh token is not valid (any more). Log in again.",
                )]);
                if let Some(cookies) = &call.cookies {
                    cookies.put(SessionTokens::Gone);
                }
                None
            }
            None => None,
        };
        Ok(Some(SessionRefreshPayload::new(grant, user_errors)))
    }
}
