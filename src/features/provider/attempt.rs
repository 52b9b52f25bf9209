//! A log-in at a provider while the browser is there.
//!
//! The state is the secret of an account token, so only its hash is kept; nonce and verifier are made from it. It is
//! used up when the browser comes back, before the provider is asked, so nothing that was once brought back is looked
//! at again.

use std::{sync::Arc, time::Duration};

use entity::{
    id::{AuthIdentityId, SessionId},
    session::ActorType,
};
use sea_orm::DbErr;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{
    auth::{
        provider::{Attempt, ExternalIdentity, ProviderAnswer, ProviderError},
        secret_hash,
    },
    features::account::token::{self, NewToken, Purpose},
    work::{Call, ErrorCode, UnitOfWork, UserError, WriteError},
};

/// For how long the browser may be away.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// For how long a provider is waited for in all, however many requests it takes.
const PATIENCE: Duration = Duration::from_secs(12);

/// The longest code that is passed on, in bytes.
const LONGEST_CODE: usize = 4 * 1_024;

/// What is kept of those who say who they are before an account is opened.
const NEWCOMER: &str = "NEWCOMER";

/// For what somebody goes to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// To log in.
    LogIn(ActorType),
    /// To log in as a customer, and to say who one is before an account is opened.
    Register,
    /// To link the provider to the identity that is logged in, in this session.
    Link(AuthIdentityId, SessionId),
}

impl Errand {
    fn purpose(self) -> Purpose {
        match self {
            Self::LogIn(_) | Self::Register => Purpose::PROVIDER_LOG_IN,
            Self::Link(..) => Purpose::PROVIDER_LINK,
        }
    }
}

/// An attempt that begins.
#[derive(Clone, Debug)]
pub struct Beginning {
    provider: String,
    redirect_url: String,
    state: SecretString,
    /// What the browser must give back together with what the provider gave it.
    pub binding: String,
    /// Where the browser goes.
    pub authorization_url: String,
}

/// What is kept of an attempt.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    provider: String,
    redirect_url: String,
    binding_hash: String,
    actor: Option<String>,
    session: Option<SessionId>,
}

/// An attempt that came back.
#[derive(Clone, Debug)]
pub struct Return {
    /// The name of the provider.
    pub provider: String,
    /// As what to log in.
    pub actor: ActorType,
    /// Whether somebody without an account says who they are before one is opened.
    pub asks_newcomers: bool,
    /// What the browser brought from the provider in a form, where it did.
    pub posted: Option<SecretString>,
    redirect_url: String,
}

/// Makes an attempt ready, and asks the provider where the browser goes.
///
/// # Errors
/// `PROVIDER_NOT_CONFIGURED`, `REDIRECT_NOT_ALLOWED`, `PROVIDER_UNAVAILABLE`.
pub async fn begin(
    call: &Arc<Call>,
    provider: String,
    client: &str,
    redirect_url: String,
) -> Result<Beginning, WriteError> {
    let known = call.providers.get(&provider);
    let mut errors = Vec::new();
    if known.is_none() {
        errors.push(not_configured("provider"));
    }
    if !call.providers.may_redirect(client, &redirect_url) {
        errors.push(UserError::new(
            ErrorCode::RedirectNotAllowed,
            "redirectUrl",
            "This client may not have browsers sent there. Use an address from its list, letter by letter.",
        ));
    }
    let (Some(known), true) = (known, errors.is_empty()) else {
        return Err(errors.into());
    };
    let attempt = attempt(call, SecretString::from(call.ids.token()), redirect_url);
    let url = tokio::time::timeout(PATIENCE, known.start(&attempt)).await;
    let authorization_url = url
        .unwrap_or(Err(TOO_SLOW))
        .map_err(|error| told(error, &provider, "provider"))?;
    Ok(Beginning {
        provider,
        redirect_url: attempt.redirect_url,
        state: attempt.state,
        binding: call.ids.token(),
        authorization_url,
    })
}

/// Keeps an attempt until the browser comes back.
///
/// # Errors
/// Faults.
pub async fn keep(unit: &UnitOfWork, beginning: &Beginning, errand: Errand) -> Result<(), WriteError> {
    let (actor, identity, session) = match errand {
        Errand::LogIn(ActorType::Customer) => (Some("CUSTOMER"), None, None),
        Errand::LogIn(ActorType::Staff) => (Some("STAFF"), None, None),
        Errand::Register => (Some(NEWCOMER), None, None),
        Errand::Link(identity, session) => (None, Some(identity), Some(session)),
    };
    let kept = Kept {
        provider: beginning.provider.clone(),
        redirect_url: beginning.redirect_url.clone(),
        binding_hash: secret_hash(&beginning.binding),
        actor: actor.map(str::to_owned),
        session,
    };
    let new = NewToken {
        purpose: errand.purpose(),
        email: String::new(),
        identity,
        customer: None,
        data: serde_json::to_value(kept).map_err(|error| DbErr::Json(error.to_string()))?,
        lifetime: LIFETIME,
    };
    token::issue_now(unit, new, beginning.state.expose_secret()).await?;
    Ok(())
}

/// Where the browser goes on to that comes from this provider with this state; the attempt goes on, too.
///
/// # Errors
/// `STATE_MISMATCH`.
#[cfg(feature = "saml")]
pub(super) async fn redirect_url_of(
    unit: &UnitOfWork,
    provider: &str,
    state: &SecretString,
) -> Result<String, WriteError> {
    for purpose in [Purpose::PROVIDER_LOG_IN, Purpose::PROVIDER_LINK] {
        let Some(token) = token::find_if_good(unit, purpose, state.expose_secret()).await? else {
            continue;
        };
        let kept: Kept = serde_json::from_value(token.data).map_err(|error| DbErr::Json(error.to_string()))?;
        // The lists may have changed since it was begun.
        if kept.provider == provider && unit.call().providers.is_redirect_allowed(&kept.redirect_url) {
            return Ok(kept.redirect_url);
        }
    }
    Err(mismatch().into())
}

/// Uses up an attempt. One that was begun in another browser or for something else stays as it is.
///
/// # Errors
/// `STATE_MISMATCH`.
pub async fn end(
    unit: &UnitOfWork,
    (state, code): (&SecretString, &SecretString),
    binding: &SecretString,
    link: Option<(AuthIdentityId, SessionId)>,
) -> Result<Return, WriteError> {
    let purpose = match link {
        Some(_) => Purpose::PROVIDER_LINK,
        None => Purpose::PROVIDER_LOG_IN,
    };
    let token = token::redeem_if_good(unit, purpose, state.expose_secret()).await?;
    let token = token.ok_or_else(mismatch)?;
    let kept: Kept = serde_json::from_value(token.data).map_err(|error| DbErr::Json(error.to_string()))?;
    // What is refused here is undone, so that nobody uses up somebody else's attempt.
    let is_own = match link {
        Some((identity, session)) => token.auth_identity_id == Some(identity) && kept.session == Some(session),
        None => true,
    };
    if !is_own || secret_hash(binding.expose_secret()) != kept.binding_hash {
        return Err(mismatch().into());
    }
    Ok(Return {
        posted: posted(unit, state, code).await?,
        provider: kept.provider,
        redirect_url: kept.redirect_url,
        asks_newcomers: kept.actor.as_deref() == Some(NEWCOMER),
        actor: match kept.actor.as_deref() {
            Some("STAFF") => ActorType::Staff,
            _ => ActorType::Customer,
        },
    })
}

#[cfg(feature = "saml")]
async fn posted(
    unit: &UnitOfWork,
    state: &SecretString,
    code: &SecretString,
) -> Result<Option<SecretString>, WriteError> {
    super::posted::take(unit, state, code).await
}

#[cfg(not(feature = "saml"))]
async fn posted(_: &UnitOfWork, _: &SecretString, _: &SecretString) -> Result<Option<SecretString>, WriteError> {
    Ok(None)
}

/// Asks the provider who it was.
///
/// # Errors
/// `PROVIDER_NOT_CONFIGURED`, `PROVIDER_UNAVAILABLE`; `STATE_MISMATCH` when another provider sent the browser back;
/// `TOKEN_INVALID` when the provider does not confirm the log-in; `SAML_INVALID` when the browser brought no valid answer.
pub async fn ask(
    call: &Arc<Call>,
    returned: &Return,
    state: SecretString,
    answer: ProviderAnswer,
) -> Result<ExternalIdentity, WriteError> {
    let provider = call.providers.get(&returned.provider);
    let provider = provider.ok_or_else(|| not_configured(""))?;
    if answer.code.expose_secret().len() > LONGEST_CODE {
        return Err(told(
            ProviderError::Refused("the code is too long"),
            &returned.provider,
            "code",
        )
        .into());
    }
    let attempt = attempt(call, state, returned.redirect_url.clone());
    let identity = tokio::time::timeout(PATIENCE, provider.complete(&attempt, &answer)).await;
    identity
        .unwrap_or(Err(TOO_SLOW))
        .map_err(|error| told(error, &returned.provider, "code").into())
}

fn attempt(call: &Call, state: SecretString, redirect_url: String) -> Attempt {
    let key = call.tokens.keys().derive("provider-log-in");
    Attempt::of(&key, state, redirect_url, call.now())
}

const TOO_SLOW: ProviderError = ProviderError::Unavailable("it takes too long");

/// What the caller is told; what the deployment must know goes into the log.
fn told(error: ProviderError, provider: &str, path: &str) -> UserError {
    tracing::warn!(provider, %error, "a log-in at a provider failed");
    match error {
        ProviderError::Refused(_) => not_confirmed(path),
        ProviderError::SamlInvalid(_) => UserError::new(
            ErrorCode::SamlInvalid,
            path,
            "The answer of the identity provider is not valid. Begin again; if that does not help, tell whoever runs this \
             service, whose log says what is wrong with it.",
        ),
        ProviderError::OtherIssuer => UserError::new(
            ErrorCode::StateMismatch,
            "iss",
            "Another provider sent the browser back than the one it was sent to. Begin again.",
        ),
        ProviderError::Unavailable(_) => UserError::new(
            ErrorCode::ProviderUnavailable,
            path,
            "The provider does not answer as it should. Try again later, or log in in another way.",
        ),
    }
}

/// The provider does not stand by the log-in.
pub(super) fn not_confirmed(path: &str) -> UserError {
    UserError::new(
        ErrorCode::TokenInvalid,
        path,
        "The provider did not confirm this log-in. Begin again.",
    )
}

fn not_configured(path: &str) -> UserError {
    UserError::new(
        ErrorCode::ProviderNotConfigured,
        path,
        "There is no such provider here. Log in in another way.",
    )
}

fn mismatch() -> UserError {
    UserError::new(
        ErrorCode::StateMismatch,
        "state",
        "This log-in was not begun in this browser, took too long, or was finished before. Begin again.",
    )
}
