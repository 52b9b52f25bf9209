//! `sessionStepUp`: proving again who one is.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::{
    id::{AuthIdentityId, SessionId},
    session::Assurance,
};

use super::{
    service::{self, Shown},
    session_verify_mfa::shown,
};
use crate::{
    auth::{guard, rate_limit},
    features::{
        account::credentials::{self, OwnPassword},
        passkey::{
            assertion::{self, Assertion, Proof},
            service as passkeys,
        },
        session::service as sessions,
    },
    graphql::{ContextExt, JsonObject, Problem, Secret, payload, problems},
    work::{Call, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions, Written},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct SessionStepUpMutation;

/// A passkey that was shown.
#[derive(Debug, InputObject)]
pub struct PasskeyAssertionInput {
    /// The token that `sessionStartPasskey` gave.
    challenge_token: Secret,
    /// What `navigator.credentials.get` gave, as its `toJSON()` writes it, at most 16 KiB.
    credential: JsonObject,
}

/// What proves again who somebody is: exactly one of the four.
#[derive(Debug, InputObject)]
pub struct SessionStepUpInput {
    /// The password, of somebody who has no second factor.
    password: Option<Secret>,
    /// The six digits that the app shows.
    code: Option<Secret>,
    /// A recovery code, in the place of a code of the app.
    recovery_code: Option<Secret>,
    /// A passkey, which proves as much as password and second factor together.
    passkey: Option<PasskeyAssertionInput>,
}

/// What `sessionStepUp` answers.
#[derive(Debug, SimpleObject)]
pub struct SessionStepUpPayload {
    /// Whether sensitive writes are open again for a while.
    is_stepped_up: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl SessionStepUpMutation {
    /// Proves again who is logged in, where a sensitive write asks for it (`STEP_UP_REQUIRED`): by the password, or, for
    /// those who have a second factor, by that (`MFA_REQUIRED`); or by a passkey.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn session_step_up(
        &self,
        ctx: &Context<'_>,
        input: SessionStepUpInput,
    ) -> Result<Option<SessionStepUpPayload>> {
        let call = ctx.call();
        let Some(session) = call.viewer.session() else {
            return Ok(None);
        };
        let is_code = input.code.is_some() || input.recovery_code.is_some();
        let written = match (input.password, shown(input.code, input.recovery_code), input.passkey) {
            (None, None, Some(passkey)) if !is_code => match check(call, passkey).await {
                Ok(proof) => write(call, session, ByWhat::Passkey(Box::new(proof))).await,
                Err(error) => Err(error),
            },
            (Some(password), None, None) if !is_code => {
                match credentials::check_own(call, session.0, &password.0).await {
                    Ok(own) => write(call, session, ByWhat::Password(own)).await,
                    Err(error) => Err(error),
                }
            }
            (None, Some(shown), None) => match rate_limit::count_account(call, "mfa", &session.0.to_string()).await {
                Ok(()) => write(call, session, ByWhat::Factor(shown)).await,
                Err(error) => Err(error),
            },
            _ => Err(UserError::new(
                ErrorCode::Required,
                "",
                "Give one thing: your password, a code, a recovery code or a passkey.",
            )
            .into()),
        };
        let (done, mut user_errors, _) = payload(call, written)?;
        if let Some(Once(false)) = done {
            user_errors = problems(vec![assertion::invalid().under("passkey")]);
        }
        Ok(Some(SessionStepUpPayload {
            is_stepped_up: done.is_some_and(|Once(done)| done),
            user_errors,
        }))
    }
}

#[derive(Clone, Debug)]
enum ByWhat {
    Password(OwnPassword),
    Factor(Shown),
    Passkey(Box<Proof>),
}

/// Checks a passkey, whoever has it.
async fn check(call: &Arc<Call>, input: PasskeyAssertionInput) -> Result<Proof, WriteError> {
    let assertion = Assertion {
        challenge: input.challenge_token.0,
        credential: input.credential.0,
    };
    let checked = assertion::check(call, "sessionStepUp", assertion).await;
    checked.map_err(|error| match error {
        WriteError::Refused(errors) => {
            WriteError::Refused(errors.into_iter().map(|error| error.under("passkey")).collect())
        }
        other => other,
    })
}

async fn write(
    call: &Arc<Call>,
    session: (AuthIdentityId, SessionId),
    by: ByWhat,
) -> Result<Written<Once<bool>>, WriteError> {
    let options = WriteOptions {
        mutation: "sessionStepUp",
        ..WriteOptions::default()
    };
    call.write(options, async move |unit: &mut UnitOfWork| {
        step_up(unit, session, &by).await.map(Once)
    })
    .await
}

/// `false` for a copy of a device, which must be written like every other outcome, because its owner is told.
async fn step_up(
    unit: &mut UnitOfWork,
    (identity, session): (AuthIdentityId, SessionId),
    by: &ByWhat,
) -> Result<bool, WriteError> {
    let assurance = match by {
        ByWhat::Password(own) => {
            credentials::confirm_own(unit, own).await?;
            if service::has_factor(unit, identity).await? {
                return Err(UserError::new(
                    ErrorCode::MfaRequired,
                    "password",
                    "Give the code of your second factor, or a recovery code.",
                )
                .into());
            }
            Assurance::One
        }
        ByWhat::Factor(shown) => {
            if !service::accept(unit, identity, shown).await? {
                return Err(service::wrong("code").into());
            }
            Assurance::Two
        }
        ByWhat::Passkey(proof) => {
            if proof.identity != identity {
                return Err(assertion::invalid().under("passkey").into());
            }
            if !passkeys::note_use(unit, proof).await? {
                return Ok(false);
            }
            Assurance::Two
        }
    };
    sessions::step_up(unit, session, assurance).await?;
    Ok(true)
}
