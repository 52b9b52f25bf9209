//! `socialLoginStart` and `socialLoginComplete`: logging in at a provider.

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use secrecy::{ExposeSecret, SecretString};

use super::{
    attempt::{self, Errand, Return},
    gate,
};
use crate::{
    auth::{
        LogInFacts,
        provider::{ExternalIdentity, ProviderAnswer},
        rate_limit,
    },
    features::{
        account::{
            admission::{Admitted, EntryTokens},
            two_steps::{self, FirstStep},
        },
        session::{SessionActor, entered, grant_payload},
    },
    graphql::{ContextExt, Problem, Secret, payload, problems},
    text::normalize_email,
    work::{Call, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct SocialLoginMutation;

/// A log-in at a provider that begins.
#[derive(Debug, InputObject)]
pub struct SocialLoginStartInput {
    /// The provider, by the name under which it is configured.
    provider: String,
    /// The frontend, by the name under which it is configured.
    client: String,
    /// Where the provider sends the browser back: an address from the list of this client, letter by letter.
    redirect_url: String,
    /// As what to log in.
    #[graphql(default)]
    actor: SessionActor,
    /// What happens when a customer comes for the first time.
    #[graphql(default)]
    registration: SocialLoginRegistration,
}

/// What happens when a customer comes from a provider for the first time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum SocialLoginRegistration {
    /// An account is opened with what the provider says.
    #[default]
    AtOnce,
    /// The customer first says who they are, with `customerProfileCreate`.
    InTwoSteps,
}

/// What `socialLoginStart` answers.
#[derive(Debug, SimpleObject)]
pub struct SocialLoginStartPayload {
    /// Where to send the browser; null when there are user errors.
    authorization_url: Option<String>,
    /// Keep it in this browser, and give it to `socialLoginComplete`: it shows that the log-in was begun here.
    binding: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// A log-in at a provider that comes back.
#[derive(Debug, InputObject)]
pub struct SocialLoginCompleteInput {
    /// The `state` in the address to which the browser was sent back.
    state: Secret,
    /// The `code` in that address.
    code: Secret,
    /// The binding that `socialLoginStart` gave to this browser.
    binding: Secret,
    /// The `iss` in that address, where there is one.
    iss: Option<String>,
}

grant_payload! {
    /// What `socialLoginComplete` answers.
    SocialLoginCompletePayload {
        /// Where there is a second factor (`MFA_REQUIRED`), the token to give to `sessionVerifyMfa`; good for five
        /// minutes and five tries.
        mfa_token: Option<String>,
        /// Where there is no account yet and it was asked for (`ACTOR_NOT_LINKED`), the token to give to
        /// `customerProfileCreate`; good for an hour and once.
        registration_token: Option<String>,
    }
}

/// What came of a log-in at a provider.
enum Completed {
    /// There is an account.
    Entered(Admitted),
    /// They must say who they are.
    Newcomer,
}

#[Object]
impl SocialLoginMutation {
    /// Begins a log-in at a provider, for which there are ten minutes.
    async fn social_login_start(
        &self,
        ctx: &Context<'_>,
        input: SocialLoginStartInput,
    ) -> Result<Option<SocialLoginStartPayload>> {
        let call = ctx.call();
        let started = start(call, input).await;
        let (beginning, user_errors, _) = payload(call, started)?;
        let beginning = beginning.map(|Once(beginning)| beginning);
        Ok(Some(SocialLoginStartPayload {
            binding: beginning.as_ref().map(|beginning| beginning.binding.clone()),
            authorization_url: beginning.map(|beginning| beginning.authorization_url),
            user_errors,
        }))
    }

    /// Logs in with what the provider sent back. Whoever comes for the first time with an e-mail address for which the
    /// provider vouches gets an account, or gets into the one with that address when it was proven here as well; an
    /// account that never proved the address is theirs from now on, and what opened it before is dropped.
    async fn social_login_complete(
        &self,
        ctx: &Context<'_>,
        input: SocialLoginCompleteInput,
    ) -> Result<Option<SocialLoginCompletePayload>> {
        let call = ctx.call();
        let tokens = EntryTokens::new(&call.ids);
        let (completed, mut user_errors, _) = payload(call, complete(call, input, &tokens).await)?;
        let (admitted, is_newcomer) = match completed.map(|Once(completed)| completed) {
            Some(Completed::Entered(admitted)) => (Some(admitted), false),
            Some(Completed::Newcomer) => (None, true),
            None => (None, false),
        };
        if is_newcomer {
            user_errors = problems(vec![UserError::new(
                ErrorCode::ActorNotLinked,
                "",
                "There is no account yet. Say who you are with customerProfileCreate.",
            )]);
        }
        let registration_token = is_newcomer.then(|| tokens.challenge.expose_secret().to_owned());
        let (grant, mfa_token, user_errors) = entered(call, admitted, &tokens, user_errors)?;
        Ok(Some(SocialLoginCompletePayload::new(
            grant,
            mfa_token,
            registration_token,
            user_errors,
        )))
    }
}

/// No idempotency key, not even from the header: nothing of this is ever kept.
fn options(mutation: &'static str) -> WriteOptions {
    WriteOptions {
        mutation,
        ..WriteOptions::default()
    }
}

type Written<T> = Result<crate::work::Written<Once<T>>, WriteError>;

async fn start(call: &Arc<Call>, input: SocialLoginStartInput) -> Written<attempt::Beginning> {
    rate_limit::count_network(call).await?;
    let errand = match (input.actor, input.registration) {
        (SessionActor::Customer, SocialLoginRegistration::InTwoSteps) => Errand::Register,
        (actor, _) => Errand::LogIn(actor.into()),
    };
    let beginning = attempt::begin(call, input.provider, &input.client, input.redirect_url).await?;
    call.write(options("socialLoginStart"), async move |unit: &mut UnitOfWork| {
        attempt::keep(unit, &beginning, errand).await?;
        Ok::<_, WriteError>(Once(beginning.clone()))
    })
    .await
}

async fn complete(call: &Arc<Call>, input: SocialLoginCompleteInput, tokens: &EntryTokens) -> Written<Completed> {
    rate_limit::count_network(call).await?;
    let (state, code) = (input.state.0, input.code.0);
    let returned = end(call, &state, &code, input.binding.0).await?;
    let answer = ProviderAnswer {
        code,
        issuer: input.iss,
        posted: returned.posted.clone(),
    };
    let external = attempt::ask(call, &returned, state, answer).await?;
    let facts = facts(call, &returned, &external).await?;
    call.hooks.before_log_in(call, &facts).await?;
    let tokens = tokens.clone();
    let written = call
        .write(options("socialLoginComplete"), async move |unit: &mut UnitOfWork| {
            if returned.asks_newcomers && gate::is_newcomer(unit, &returned.provider, &external).await? {
                let first = FirstStep::Provider {
                    provider: returned.provider.clone(),
                    external: external.clone(),
                };
                let email = external.email.as_deref().and_then(normalize_email).unwrap_or_default();
                two_steps::begin(unit, email, &first, &tokens.challenge).await?;
                return Ok(Once(Completed::Newcomer));
            }
            let admitted = gate::log_in(unit, &returned.provider, &external, returned.actor, &tokens).await?;
            Ok(Once(Completed::Entered(admitted)))
        })
        .await?;
    if let Once(Completed::Entered(Admitted::Session(session))) = &written.value {
        let facts = LogInFacts::of(
            &facts.method,
            session.actor_type,
            Some(session.actor_id),
            facts.email.as_deref(),
        );
        call.hooks.after_log_in(call, &facts);
    }
    Ok(written)
}

async fn end(
    call: &Arc<Call>,
    state: &SecretString,
    code: &SecretString,
    binding: SecretString,
) -> Result<Return, WriteError> {
    let (state, code) = (state.clone(), code.clone());
    let written = call
        .write(options("socialLoginComplete"), async move |unit: &mut UnitOfWork| {
            Ok::<_, WriteError>(Once(attempt::end(unit, (&state, &code), &binding, None).await?))
        })
        .await?;
    Ok(written.value.0)
}

async fn facts(call: &Call, returned: &Return, external: &ExternalIdentity) -> Result<LogInFacts, WriteError> {
    let actor = returned.actor;
    let known = gate::known_actor(call, &returned.provider, &external.subject, actor).await?;
    Ok(LogInFacts::of(
        &returned.provider,
        actor,
        known,
        external.email.as_deref(),
    ))
}
