//! `passkeyRegisterStart` and `passkeyRegister`: setting up a passkey.

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use entity::{
    id::{AuthIdentityId, SessionId},
    passkey::Model,
};
use sea_orm::{DbErr, entity::prelude::Json};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential};

use super::{
    Passkey,
    assertion::{read, refused, relying_party, stored},
    challenge::{self, Errand},
    service,
};
use crate::{
    auth::{guard, rate_limit},
    graphql::{ContextExt, JsonObject, Problem, Secret, payload},
    work::{Call, Complaints, Once, UnitOfWork, WriteError, WriteOptions},
};

/// The longest name of a passkey.
pub(super) const LONGEST_NAME: usize = 64;

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct PasskeyRegisterMutation;

/// Where a passkey is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PasskeyAttachment {
    /// On the device itself, or where it keeps passwords.
    Platform,
    /// On a security key, or on a phone beside it.
    CrossPlatform,
}

/// A passkey to set up.
#[derive(Debug, Default, InputObject)]
pub struct PasskeyRegisterStartInput {
    /// Where to keep it; without it, its owner chooses.
    attachment: Option<PasskeyAttachment>,
}

/// What `passkeyRegisterStart` answers.
#[derive(Debug, SimpleObject)]
pub struct PasskeyRegisterStartPayload {
    /// What to give to `navigator.credentials.create({ publicKey })`, as
    /// `PublicKeyCredential.parseCreationOptionsFromJSON` reads it; null when there are user errors.
    options: Option<JsonObject>,
    /// Give it to `passkeyRegister`; good once and for five minutes.
    challenge_token: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// A passkey that was made.
#[derive(Debug, InputObject)]
pub struct PasskeyRegisterInput {
    /// The token that `passkeyRegisterStart` gave.
    challenge_token: Secret,
    /// What `navigator.credentials.create` gave, as its `toJSON()` writes it, at most 16 KiB.
    credential: JsonObject,
    /// What to call it, at most 64 characters, so that its owner knows it among others.
    name: String,
}

/// What `passkeyRegister` answers.
#[derive(Debug, SimpleObject)]
pub struct PasskeyRegisterPayload {
    /// The passkey; null when there are user errors.
    passkey: Option<Passkey>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl PasskeyRegisterMutation {
    /// Begins to set up a passkey for whoever is logged in. They must have logged in a short time ago, and have proven
    /// their e-mail address. An account has at most twenty.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn passkey_register_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] input: PasskeyRegisterStartInput,
    ) -> Result<Option<PasskeyRegisterStartPayload>> {
        let call = ctx.call();
        let Some(own) = call.viewer.session() else {
            return Ok(None);
        };
        let secret = challenge::new_secret(&call.ids);
        let started = start(call, own, input.attachment, secret.clone()).await;
        let (options, user_errors, _) = payload(call, started)?;
        Ok(Some(PasskeyRegisterStartPayload {
            challenge_token: options.is_some().then(|| secret.expose_secret().to_owned()),
            options: options.map(|Once(options)| options.into()),
            user_errors,
        }))
    }

    /// Adds the passkey that was made to the ways in which whoever is logged in may log in; a mail tells them. It must
    /// be the session in which it was begun.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn passkey_register(
        &self,
        ctx: &Context<'_>,
        input: PasskeyRegisterInput,
    ) -> Result<Option<PasskeyRegisterPayload>> {
        let call = ctx.call();
        let Some(own) = call.viewer.session() else {
            return Ok(None);
        };
        let (made, user_errors, _) = payload(call, finish(call, own, input).await)?;
        Ok(Some(PasskeyRegisterPayload {
            passkey: made.map(|Once(row)| Passkey(Arc::new(row))),
            user_errors,
        }))
    }
}

type Written<T> = Result<crate::work::Written<Once<T>>, WriteError>;
type Own = (AuthIdentityId, SessionId);

fn options(mutation: &'static str) -> WriteOptions {
    WriteOptions {
        mutation,
        ..WriteOptions::default()
    }
}

async fn start(
    call: &Arc<Call>,
    own: Own,
    attachment: Option<PasskeyAttachment>,
    secret: SecretString,
) -> Written<Json> {
    rate_limit::count_network(call).await?;
    relying_party(call)?;
    call.write(options("passkeyRegisterStart"), async move |unit: &mut UnitOfWork| {
        let call = Arc::clone(unit.call());
        let (created, state) = service::begin(unit, own, relying_party(&call)?).await?;
        challenge::keep(unit, Errand::Register(own.0, own.1), &state, &secret).await?;
        let created = serde_json::to_value(created.public_key).map_err(|error| DbErr::Json(error.to_string()))?;
        Ok::<_, WriteError>(Once(discoverable(created, attachment)))
    })
    .await
}

/// The library leaves it to the device whether a passkey can be found without being named. Nobody types here who they
/// are, so it must be.
fn discoverable(mut options: Json, attachment: Option<PasskeyAttachment>) -> Json {
    let selection = &mut options["authenticatorSelection"];
    selection["residentKey"] = json!("required");
    selection["requireResidentKey"] = json!(true);
    if let Some(attachment) = attachment {
        selection["authenticatorAttachment"] = match attachment {
            PasskeyAttachment::Platform => json!("platform"),
            PasskeyAttachment::CrossPlatform => json!("cross-platform"),
        };
    }
    options
}

async fn finish(call: &Arc<Call>, own: Own, input: PasskeyRegisterInput) -> Written<Model> {
    rate_limit::count_network(call).await?;
    let relying_party = relying_party(call)?;
    let mut complaints = Complaints::default();
    let name = complaints.required_text("name", Some(input.name), LONGEST_NAME);
    let credential = read::<RegisterPublicKeyCredential>(input.credential.0);
    let credential = credential.map_err(|error| complaints.add(error)).ok();
    let (Some(credential), name) = complaints.check((credential, name))? else {
        return Err(DbErr::Custom("a credential was neither read nor complained about".to_owned()).into());
    };
    let secret = input.challenge_token.0;
    let ended = call
        .write(options("passkeyRegister"), async move |unit: &mut UnitOfWork| {
            challenge::end_registration(unit, &secret, own).await.map(Once)
        })
        .await?;
    let state: PasskeyRegistration = stored(ended.value.0)?;
    let made = relying_party
        .finish_passkey_registration(&credential, &state)
        .map_err(|error| refused(&error))?;
    call.write(options("passkeyRegister"), async move |unit: &mut UnitOfWork| {
        service::add(unit, own, &made, &name).await.map(Once)
    })
    .await
}
