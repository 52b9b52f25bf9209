//! `sessionStartPasskey` and `sessionCreateByPasskey`: logging in with a passkey.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::{
    auth_identity,
    session::{ActorType, Assurance},
};
use sea_orm::{DbErr, EntityTrait, entity::prelude::Json};
use secrecy::{ExposeSecret, SecretString};

use super::{
    assertion::{self, Assertion, Proof, relying_party},
    challenge::{self, Errand},
    service,
};
use crate::{
    auth::{LogInFacts, rate_limit},
    features::{
        account::admission::{self, Admitted, Entrant, EntryTokens},
        provider::gate,
        session::{SessionActor, entered, grant_payload},
    },
    graphql::{ContextExt, JsonObject, Problem, Secret, payload, problems},
    work::{Call, Once, UnitOfWork, WriteError, WriteOptions},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct SessionCreateByPasskeyMutation;

/// A log-in with a passkey that begins.
#[derive(Debug, Default, InputObject)]
pub struct SessionStartPasskeyInput {
    /// As what to log in.
    #[graphql(default)]
    actor: SessionActor,
}

/// What `sessionStartPasskey` answers: the same to everybody.
#[derive(Debug, SimpleObject)]
pub struct SessionStartPasskeyPayload {
    /// What to give to `navigator.credentials.get({ publicKey })`, as
    /// `PublicKeyCredential.parseRequestOptionsFromJSON` reads it; null when there are user errors. It names no
    /// passkeys: devices offer those that they have. With `mediation: "conditional"` browsers offer them where an
    /// e-mail address is typed.
    options: Option<JsonObject>,
    /// Give it to `sessionCreateByPasskey`, or to `sessionStepUp`; good once and for five minutes.
    challenge_token: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// A passkey that was shown.
#[derive(Debug, InputObject)]
pub struct SessionCreateByPasskeyInput {
    /// The token that `sessionStartPasskey` gave.
    challenge_token: Secret,
    /// What `navigator.credentials.get` gave, as its `toJSON()` writes it, at most 16 KiB.
    credential: JsonObject,
}

grant_payload! {
    /// What `sessionCreateByPasskey` answers.
    SessionCreateByPasskeyPayload
}

#[Object]
impl SessionCreateByPasskeyMutation {
    /// Begins a log-in with a passkey, for which there are five minutes. Nobody says who they are: the device knows.
    async fn session_start_passkey(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] input: SessionStartPasskeyInput,
    ) -> Result<Option<SessionStartPasskeyPayload>> {
        let call = ctx.call();
        let secret = challenge::new_secret(&call.ids);
        let started = start(call, input.actor.into(), secret.clone()).await;
        let (options, user_errors, _) = payload(call, started)?;
        Ok(Some(SessionStartPasskeyPayload {
            challenge_token: options.is_some().then(|| secret.expose_secret().to_owned()),
            options: options.map(|Once(options)| options.into()),
            user_errors,
        }))
    }

    /// Logs in with a passkey. Whatever is wrong with it, the answer is `PASSKEY_INVALID`; who shows the right one of an
    /// account that may not log in is told `ACCOUNT_DISABLED`. Since a device asks its owner for more than a touch (a
    /// fingerprint, a face, its PIN), a passkey counts as two factors, and nobody is asked for another one.
    async fn session_create_by_passkey(
        &self,
        ctx: &Context<'_>,
        input: SessionCreateByPasskeyInput,
    ) -> Result<Option<SessionCreateByPasskeyPayload>> {
        let call = ctx.call();
        let tokens = EntryTokens::new(&call.ids);
        let (admitted, mut user_errors, _) = payload(call, log_in(call, input, &tokens).await)?;
        if let Some(Once(None)) = admitted {
            user_errors = problems(vec![assertion::invalid()]);
        }
        let admitted = admitted.and_then(|Once(admitted)| admitted);
        let (grant, _, user_errors) = entered(call, admitted, &tokens, user_errors)?;
        Ok(Some(SessionCreateByPasskeyPayload::new(grant, user_errors)))
    }
}

type Written<T> = Result<crate::work::Written<Once<T>>, WriteError>;

/// No idempotency key, not even from the header: nothing of this is ever kept.
fn options(mutation: &'static str) -> WriteOptions {
    WriteOptions {
        mutation,
        ..WriteOptions::default()
    }
}

async fn start(call: &Arc<Call>, actor: ActorType, secret: SecretString) -> Written<Json> {
    rate_limit::count_network(call).await?;
    let failed = |error: &dyn std::error::Error| WriteError::Fault(DbErr::Custom(error.to_string()));
    let (asked, state) = relying_party(call)?
        .start_discoverable_authentication()
        .map_err(|error| failed(&error))?;
    let asked = serde_json::to_value(asked.public_key).map_err(|error| failed(&error))?;
    call.write(options("sessionStartPasskey"), async move |unit: &mut UnitOfWork| {
        challenge::keep(unit, Errand::Prove(actor), &state, &secret).await?;
        Ok::<_, WriteError>(Once(asked.clone()))
    })
    .await
}

async fn log_in(
    call: &Arc<Call>,
    input: SessionCreateByPasskeyInput,
    tokens: &EntryTokens,
) -> Written<Option<Admitted>> {
    let assertion = Assertion {
        challenge: input.challenge_token.0,
        credential: input.credential.0,
    };
    let proof = assertion::check(call, "sessionCreateByPasskey", assertion).await?;
    let entrant = entrant(call, &proof).await?;
    let facts = LogInFacts::of("passkey", entrant.actor, Some(entrant.actor_id), None);
    call.hooks.before_log_in(call, &facts).await?;
    let tokens = tokens.clone();
    let written = call
        .write(options("sessionCreateByPasskey"), async move |unit: &mut UnitOfWork| {
            enter(unit, entrant, &proof, &tokens).await.map(Once)
        })
        .await?;
    if let Once(Some(Admitted::Session(_))) = &written.value {
        call.hooks.after_log_in(call, &facts);
    }
    Ok(written)
}

/// As whom the owner of the passkey logs in.
async fn entrant(call: &Call, proof: &Proof) -> Result<Entrant, WriteError> {
    let identity = auth_identity::Entity::find_by_id(proof.identity).one(call.db()).await?;
    let actor_id = identity.and_then(|identity| gate::as_actor(&identity, proof.actor));
    Ok(Entrant {
        identity: proof.identity,
        actor: proof.actor,
        actor_id: actor_id.ok_or_else(gate::not_linked)?,
    })
}

/// `None` for a copy of a device, which must be written like every other outcome, because its owner is told.
async fn enter(
    unit: &mut UnitOfWork,
    entrant: Entrant,
    proof: &Proof,
    tokens: &EntryTokens,
) -> Result<Option<Admitted>, WriteError> {
    if !admission::may_log_in(unit, entrant).await? {
        return Err(admission::disabled().into());
    }
    if !service::note_use(unit, proof).await? {
        return Ok(None);
    }
    let session = admission::open(unit, entrant, tokens, Assurance::Two).await?;
    Ok(Some(Admitted::Session(Box::new(session))))
}
