//! `passwordChange`: another password for whoever is logged in.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::credentials;
use crate::{
    auth::guard,
    graphql::{ContextExt, Problem, Secret, payload},
    work::{Once, UnitOfWork, WriteError, WriteOptions},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct PasswordChangeMutation;

/// A password to put in the place of another.
#[derive(Debug, InputObject)]
pub struct PasswordChangeInput {
    /// The password until now.
    current_password: Secret,
    /// The password from now on.
    new_password: Secret,
}

/// What `passwordChange` answers.
#[derive(Debug, SimpleObject)]
pub struct PasswordChangePayload {
    /// Whether the password was changed.
    is_changed: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl PasswordChangeMutation {
    /// Changes the password of whoever is logged in, and ends all their other sessions.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        input: PasswordChangeInput,
    ) -> Result<Option<PasswordChangePayload>> {
        let call = ctx.call();
        let Some(session) = call.viewer.session() else {
            return Ok(None);
        };
        let prepared = credentials::prepare_change(call, session.0, &input.current_password.0, &input.new_password.0);
        let written = match prepared.await {
            Ok(change) => {
                let options = WriteOptions {
                    mutation: "passwordChange",
                    ..WriteOptions::default()
                };
                call.write(options, async move |unit: &mut UnitOfWork| {
                    credentials::change(unit, session, change.clone()).await?;
                    Ok::<_, WriteError>(Once(()))
                })
                .await
            }
            Err(error) => Err(error),
        };
        let (changed, user_errors, _) = payload(call, written)?;
        Ok(Some(PasswordChangePayload {
            is_changed: changed.is_some(),
            user_errors,
        }))
    }
}
