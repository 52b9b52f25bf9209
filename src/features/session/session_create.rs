//! `sessionCreate`: logging in.

use async_graphql::{Context, Enum, InputObject, Object, Result};
use entity::session::ActorType;

use super::{
    grant::{Grant, grant_payload},
    service::RefreshToken,
};
use crate::{
    features::account::credentials,
    graphql::{ContextExt, Email, Secret, payload},
    work::{Once, UnitOfWork, WriteError, WriteOptions},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct SessionCreateMutation;

/// As what somebody logs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum SessionActor {
    /// As a customer.
    #[default]
    Customer,
    /// As a staff user.
    Staff,
}

impl From<SessionActor> for ActorType {
    fn from(actor: SessionActor) -> Self {
        match actor {
            SessionActor::Customer => Self::Customer,
            SessionActor::Staff => Self::Staff,
        }
    }
}

/// A log-in with e-mail address and password.
#[derive(Debug, InputObject)]
pub struct SessionCreateInput {
    /// The e-mail address, in any case.
    email: Email,
    /// The password.
    password: Secret,
    /// As what to log in.
    #[graphql(default)]
    actor: SessionActor,
}

grant_payload! {
    /// What `sessionCreate` answers.
    SessionCreatePayload
}

#[Object]
impl SessionCreateMutation {
    /// Logs in. Whatever is wrong, the answer is `INVALID_CREDENTIALS`; who knows the password of an account that may
    /// not log in is told `ACCOUNT_DISABLED`.
    async fn session_create(
        &self,
        ctx: &Context<'_>,
        input: SessionCreateInput,
    ) -> Result<Option<SessionCreatePayload>> {
        let call = ctx.call();
        let actor = ActorType::from(input.actor);
        let token = RefreshToken::first(&call.ids);
        let written = match credentials::check(call, &input.email.0, &input.password.0, actor).await {
            Ok(proof) => {
                // No idempotency key, not even from the header: tokens are never kept.
                let options = WriteOptions {
                    mutation: "sessionCreate",
                    ..WriteOptions::default()
                };
                let token = token.clone();
                call.write(options, async move |unit: &mut UnitOfWork| {
                    let session = credentials::log_in(unit, proof.clone(), token.clone()).await?;
                    Ok::<_, WriteError>(Once(session))
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (session, user_errors, _) = payload(call, written)?;
        let grant = match session {
            Some(Once(session)) => Some(Grant::of(call, &session, &token)?),
            None => None,
        };
        Ok(Some(SessionCreatePayload::new(grant, user_errors)))
    }
}
