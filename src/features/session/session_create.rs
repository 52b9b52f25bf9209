//! `sessionCreate`: logging in.

use async_graphql::{Context, Enum, InputObject, Object, Result};
use entity::session::ActorType;

use super::grant::{entered, grant_payload};
use crate::{
    features::account::{admission::EntryTokens, credentials},
    graphql::{ContextExt, Email, Secret, payload},
    work::{Once, UnitOfWork, WriteOptions},
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
    SessionCreatePayload {
        /// Where there is a second factor (`MFA_REQUIRED`), the token to give to `sessionVerifyMfa`; good for five
        /// minutes and five tries.
        mfa_token: Option<String>,
    }
}

#[Object]
impl SessionCreateMutation {
    /// Logs in. Whatever is wrong, the answer is `INVALID_CREDENTIALS`; who knows the password of an account that may
    /// not log in is told `ACCOUNT_DISABLED`, and who has a second factor is asked for it (`MFA_REQUIRED`).
    async fn session_create(
        &self,
        ctx: &Context<'_>,
        input: SessionCreateInput,
    ) -> Result<Option<SessionCreatePayload>> {
        let call = ctx.call();
        let actor = ActorType::from(input.actor);
        let tokens = EntryTokens::new(&call.ids);
        let written = match credentials::check(call, &input.email.0, &input.password.0, actor).await {
            Ok(proof) => {
                // No idempotency key, not even from the header: tokens are never kept.
                let options = WriteOptions {
                    mutation: "sessionCreate",
                    ..WriteOptions::default()
                };
                let tokens = tokens.clone();
                call.write(options, async move |unit: &mut UnitOfWork| {
                    credentials::log_in(unit, proof.clone(), &tokens).await.map(Once)
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (admitted, user_errors, _) = payload(call, written)?;
        let admitted = admitted.map(|Once(admitted)| admitted);
        let (grant, mfa_token, user_errors) = entered(call, admitted, &tokens, user_errors)?;
        Ok(Some(SessionCreatePayload::new(grant, mfa_token, user_errors)))
    }
}
