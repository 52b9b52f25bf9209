//! `passkeyRename` and `passkeyDelete`: what becomes of a passkey.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::PasskeyId;

use super::{Passkey, passkey_register::LONGEST_NAME, service};
use crate::{
    auth::guard,
    graphql::{ContextExt, Id, Problem, payload},
    work::{Complaints, Once, UnitOfWork, WriteError, WriteOptions},
};

/// The mutations of this file.
#[derive(Debug, Default)]
pub struct PasskeyChangeMutation;

/// A passkey to call otherwise.
#[derive(Debug, InputObject)]
pub struct PasskeyRenameInput {
    /// Which one.
    id: Id<PasskeyId>,
    /// What to call it, at most 64 characters.
    name: String,
}

/// What `passkeyRename` answers.
#[derive(Debug, SimpleObject)]
pub struct PasskeyRenamePayload {
    /// The passkey; null when there are user errors.
    passkey: Option<Passkey>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

/// A passkey to take away.
#[derive(Debug, InputObject)]
pub struct PasskeyDeleteInput {
    /// Which one.
    id: Id<PasskeyId>,
}

/// What `passkeyDelete` answers.
#[derive(Debug, SimpleObject)]
pub struct PasskeyDeletePayload {
    /// The id of the passkey that is gone; null when there are user errors.
    deleted_passkey_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl PasskeyChangeMutation {
    /// Gives a passkey of whoever is logged in another name.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn passkey_rename(
        &self,
        ctx: &Context<'_>,
        input: PasskeyRenameInput,
    ) -> Result<Option<PasskeyRenamePayload>> {
        let call = ctx.call();
        let Some(own) = call.viewer.session() else {
            return Ok(None);
        };
        let id = input.id.0;
        let mut complaints = Complaints::default();
        let name = complaints.required_text("name", Some(input.name), LONGEST_NAME);
        let written = match complaints.check(name) {
            Ok(name) => {
                call.write(options("passkeyRename"), async move |unit: &mut UnitOfWork| {
                    service::rename(unit, own, id, &name).await.map(Once)
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (renamed, user_errors, _) = payload(call, written)?;
        Ok(Some(PasskeyRenamePayload {
            passkey: renamed.map(|Once(row)| Passkey(row)),
            user_errors,
        }))
    }

    /// Takes a passkey away from whoever is logged in, and ends their other sessions. They must have logged in a short
    /// time ago; the last way to log in stays (`LAST_LOGIN_METHOD`). The device forgets the passkey when its owner
    /// removes it there.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn passkey_delete(
        &self,
        ctx: &Context<'_>,
        input: PasskeyDeleteInput,
    ) -> Result<Option<PasskeyDeletePayload>> {
        let call = ctx.call();
        let Some(own) = call.viewer.session() else {
            return Ok(None);
        };
        let id = input.id.0;
        let written = call
            .write(options("passkeyDelete"), async move |unit: &mut UnitOfWork| {
                service::remove(unit, own, id).await?;
                Ok::<_, WriteError>(Once(()))
            })
            .await;
        let (removed, user_errors, _) = payload(call, written)?;
        Ok(Some(PasskeyDeletePayload {
            deleted_passkey_id: removed.map(|_| id.to_string().into()),
            user_errors,
        }))
    }
}

fn options(mutation: &'static str) -> WriteOptions {
    WriteOptions {
        mutation,
        ..WriteOptions::default()
    }
}
