//! `identityRegister`: the first of two steps to an account.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::two_steps::{self, FirstStep};
use crate::{
    auth::{ACCOUNT_TOKEN_PREFIX, rate_limit},
    graphql::{ContextExt, DateTime, Email, Problem, Secret, payload},
    work::{Call, Complaints, EmailAddress, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions, Written},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct IdentityRegisterMutation;

/// How somebody will log in.
#[derive(Debug, InputObject)]
pub struct IdentityRegisterInput {
    /// The e-mail address to log in with.
    email: Email,
    /// The password: long rather than complicated.
    password: Secret,
}

/// What `identityRegister` answers: the same whether or not the e-mail address is known.
#[derive(Debug, SimpleObject)]
pub struct IdentityRegisterPayload {
    /// The token to give to `customerProfileCreate`, good for an hour and once. It names nobody and opens nothing else;
    /// null when there are user errors.
    registration_token: Option<String>,
    /// When the token ends.
    registration_token_expires_at: Option<DateTime>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl IdentityRegisterMutation {
    /// Takes the first of two steps to an account: how somebody will log in. `customerProfileCreate` is the second, who
    /// they are; `customerRegister` takes both at once. Nothing is looked up and no mail is sent before the second step.
    async fn identity_register(
        &self,
        ctx: &Context<'_>,
        input: IdentityRegisterInput,
    ) -> Result<Option<IdentityRegisterPayload>> {
        let call = ctx.call();
        let token = SecretString::from(format!("{ACCOUNT_TOKEN_PREFIX}{}", call.ids.token()));
        let began = Instant::now();
        let written = begin(call, input, &token).await;
        call.answer_not_before(began).await;
        let (begun, user_errors, _) = payload(call, written)?;
        Ok(Some(IdentityRegisterPayload {
            registration_token: begun.as_ref().map(|_| token.expose_secret().to_owned()),
            registration_token_expires_at: begun.map(|_| DateTime(call.now() + call.policy.profile_lifetime)),
            user_errors,
        }))
    }
}

/// The password is hashed before the unit of work.
async fn begin(
    call: &Arc<Call>,
    input: IdentityRegisterInput,
    token: &SecretString,
) -> Result<Written<Once<()>>, WriteError> {
    let mut complaints = Complaints::default();
    let missing = || UserError::new(ErrorCode::Required, "email", "Fill this in.");
    let email = complaints.email("email", Some(input.email.0));
    if complaints.is_empty() && email.is_none() {
        complaints.add(missing());
    }
    let known: Vec<&str> = email
        .as_ref()
        .map(|email| email.normalized.as_str())
        .into_iter()
        .collect();
    if let Some(error) = call.passwords.policy().check("password", &input.password.0, &known) {
        complaints.add(error);
    }
    let EmailAddress { typed, normalized } = complaints.check(email)?.ok_or_else(missing)?;
    rate_limit::count_account(call, "register", &normalized).await?;
    let first = FirstStep::Password {
        email: typed,
        secret_hash: call.passwords.hash(&input.password.0).await?,
    };
    // No idempotency key, not even from the header: tokens are never kept.
    let options = WriteOptions {
        mutation: "identityRegister",
        ..WriteOptions::default()
    };
    let token = token.clone();
    call.write(options, async move |unit: &mut UnitOfWork| {
        two_steps::begin(unit, normalized.clone(), &first, &token)
            .await
            .map(Once)
    })
    .await
}
