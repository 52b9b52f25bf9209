//! `sessionCreate`: logging in.

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, Object, Result};
use entity::session::ActorType;

use super::grant::{entered, grant_payload};
use crate::{
    features::account::{
        admission::{Admitted, EntryTokens},
        credentials,
    },
    graphql::{ContextExt, Email, Secret, payload},
    work::{Call, Once, UnitOfWork, WriteError, WriteOptions},
};

type Written = Result<crate::work::Written<Once<Admitted>>, WriteError>;

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
        let tokens = EntryTokens::new(&call.ids);
        let (admitted, user_errors, _) = payload(call, log_in(call, &input, &tokens).await)?;
        let admitted = admitted.map(|Once(admitted)| admitted);
        let (grant, mfa_token, user_errors) = entered(call, admitted, &tokens, user_errors)?;
        Ok(Some(SessionCreatePayload::new(grant, mfa_token, user_errors)))
    }
}

/// Hashing comes before the unit of work, and so do those who are asked.
async fn log_in(call: &Arc<Call>, input: &SessionCreateInput, tokens: &EntryTokens) -> Written {
    let proof = credentials::check(call, &input.email.0, &input.password.0, input.actor.into()).await?;
    let facts = proof.facts(&input.email.0);
    call.hooks.before_log_in(call, &facts).await?;
    // No idempotency key, not even from the header: tokens are never kept.
    let options = WriteOptions {
        mutation: "sessionCreate",
        ..WriteOptions::default()
    };
    let tokens = tokens.clone();
    let written = call
        .write(options, async move |unit: &mut UnitOfWork| {
            credentials::log_in(unit, proof.clone(), &tokens).await.map(Once)
        })
        .await?;
    if let Once(Admitted::Session(_)) = &written.value {
        call.hooks.after_log_in(call, &facts);
    }
    Ok(written)
}
