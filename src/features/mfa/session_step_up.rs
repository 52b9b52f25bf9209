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
        session::service as sessions,
    },
    graphql::{ContextExt, Problem, Secret, payload},
    work::{Call, ErrorCode, Once, UnitOfWork, UserError, WriteError, WriteOptions, Written},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct SessionStepUpMutation;

/// What proves again who somebody is: exactly one of the three.
#[derive(Debug, InputObject)]
pub struct SessionStepUpInput {
    /// The password, of somebody who has no second factor.
    password: Option<Secret>,
    /// The six digits that the app shows.
    code: Option<Secret>,
    /// A recovery code, in the place of a code of the app.
    recovery_code: Option<Secret>,
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
    /// those who have a second factor, by that (`MFA_REQUIRED`).
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
        let written = match (input.password, shown(input.code, input.recovery_code)) {
            (Some(password), None) => match credentials::check_own(call, session.0, &password.0).await {
                Ok(own) => write(call, session, ByWhat::Password(own)).await,
                Err(error) => Err(error),
            },
            (None, Some(shown)) => match rate_limit::count_account(call, "mfa", &session.0.to_string()).await {
                Ok(()) => write(call, session, ByWhat::Factor(shown)).await,
                Err(error) => Err(error),
            },
            _ => Err(UserError::new(
                ErrorCode::Required,
                "",
                "Give one thing: your password, a code or a recovery code.",
            )
            .into()),
        };
        let (done, user_errors, _) = payload(call, written)?;
        Ok(Some(SessionStepUpPayload {
            is_stepped_up: done.is_some(),
            user_errors,
        }))
    }
}

#[derive(Clone, Debug)]
enum ByWhat {
    Password(OwnPassword),
    Factor(Shown),
}

async fn write(
    call: &Arc<Call>,
    session: (AuthIdentityId, SessionId),
    by: ByWhat,
) -> Result<Written<Once<()>>, WriteError> {
    let options = WriteOptions {
        mutation: "sessionStepUp",
        ..WriteOptions::default()
    };
    call.write(options, async move |unit: &mut UnitOfWork| {
        step_up(unit, session, &by).await.map(Once)
    })
    .await
}

async fn step_up(
    unit: &mut UnitOfWork,
    (identity, session): (AuthIdentityId, SessionId),
    by: &ByWhat,
) -> Result<(), WriteError> {
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
    };
    sessions::step_up(unit, session, assurance).await
}
