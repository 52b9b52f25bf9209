//! `mfaEnrollStart` and `mfaEnrollConfirm`: setting up an app that makes codes.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::{MfaFactor, recovery, service, totp};
use crate::{
    auth::{guard, rate_limit},
    graphql::{ContextExt, Problem, Secret, payload},
    work::{Complaints, Once, UnitOfWork, WriteOptions},
};

/// What an app is called whose owner does not say.
const NAME: &str = "App";

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct MfaEnrollMutation;

/// An app to set up.
#[derive(Debug, InputObject)]
pub struct MfaEnrollStartInput {
    /// What to call it, at most 100 characters.
    name: Option<String>,
}

/// What `mfaEnrollStart` answers. The secret is shown this once.
#[derive(Debug, SimpleObject)]
pub struct MfaEnrollStartPayload {
    /// The factor, not asked for yet.
    factor: Option<MfaFactor>,
    /// The secret in base32, for an app into which it is typed.
    secret: Option<String>,
    /// The same as an `otpauth://` URL, for a QR code that an app reads.
    otpauth_url: Option<String>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// A code that shows that the app works.
#[derive(Debug, InputObject)]
pub struct MfaEnrollConfirmInput {
    /// The six digits that the app shows.
    code: Secret,
}

/// What `mfaEnrollConfirm` answers. The recovery codes are shown this once.
#[derive(Debug, SimpleObject)]
pub struct MfaEnrollConfirmPayload {
    /// The factor, asked for from now on.
    factor: Option<MfaFactor>,
    /// Codes for the day on which the app is lost, each good once.
    recovery_codes: Option<Vec<String>>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl MfaEnrollMutation {
    /// Begins to set up an app that makes codes (TOTP) as the second factor of whoever is logged in. It is not asked
    /// for before `mfaEnrollConfirm`. For those who have logged in lately; others are asked to prove again who they are
    /// (`STEP_UP_REQUIRED`).
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn mfa_enroll_start(
        &self,
        ctx: &Context<'_>,
        input: MfaEnrollStartInput,
    ) -> Result<Option<MfaEnrollStartPayload>> {
        let call = ctx.call();
        let Some(session) = call.viewer.session() else {
            return Ok(None);
        };
        let secret = totp::new_secret();
        let mut complaints = Complaints::default();
        let name = complaints.text("name", input.name, 100);
        let written = match complaints.check(name) {
            Ok(name) => {
                let options = WriteOptions {
                    mutation: "mfaEnrollStart",
                    ..WriteOptions::default()
                };
                let name = name.unwrap_or_else(|| NAME.to_owned());
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::begin(unit, session, &name, &secret).await.map(Once)
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (begun, user_errors, _) = payload(call, written)?;
        let (factor, setup) = begun.map(|Once(begun)| begun).unzip();
        let (secret, otpauth_url) = setup.map(|setup| (setup.secret, setup.url)).unzip();
        Ok(Some(MfaEnrollStartPayload {
            factor: factor.map(|row| MfaFactor(Arc::new(row))),
            secret,
            otpauth_url,
            user_errors,
        }))
    }

    /// Confirms the app of whoever is logged in with a code that it shows. From now on it is asked for at every log-in;
    /// all other sessions end.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn mfa_enroll_confirm(
        &self,
        ctx: &Context<'_>,
        input: MfaEnrollConfirmInput,
    ) -> Result<Option<MfaEnrollConfirmPayload>> {
        let call = ctx.call();
        let Some(session) = call.viewer.session() else {
            return Ok(None);
        };
        let recovery_codes = recovery::new();
        let written = match rate_limit::count_account(call, "mfa", &session.0.to_string()).await {
            Ok(()) => {
                let options = WriteOptions {
                    mutation: "mfaEnrollConfirm",
                    ..WriteOptions::default()
                };
                let (code, kept) = (input.code.0, recovery_codes.clone());
                call.write(options, async move |unit: &mut UnitOfWork| {
                    service::confirm(unit, session, &code, &kept).await.map(Once)
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (factor, user_errors, _) = payload(call, written)?;
        Ok(Some(MfaEnrollConfirmPayload {
            recovery_codes: factor.is_some().then_some(recovery_codes),
            factor: factor.map(|Once(row)| MfaFactor(Arc::new(row))),
            user_errors,
        }))
    }
}
