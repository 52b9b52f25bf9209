//! `loginMethodUnlink`: one way to log in less.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::id::ProviderIdentityId;

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, Id, Problem, payload},
    work::{Once, UnitOfWork, WriteError, WriteOptions},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct LoginMethodUnlinkMutation;

/// A way to log in to take away.
#[derive(Debug, InputObject)]
pub struct LoginMethodUnlinkInput {
    /// The id of the way to log in.
    id: Id<ProviderIdentityId>,
}

/// What `loginMethodUnlink` answers.
#[derive(Debug, SimpleObject)]
pub struct LoginMethodUnlinkPayload {
    /// The id of the way to log in that is gone; null when there are user errors.
    unlinked_id: Option<ID>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl LoginMethodUnlinkMutation {
    /// Takes one of the ways in which whoever is logged in may log in away, and ends their other sessions. They must
    /// have logged in a short time ago; the last way stays.
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn login_method_unlink(
        &self,
        ctx: &Context<'_>,
        input: LoginMethodUnlinkInput,
    ) -> Result<Option<LoginMethodUnlinkPayload>> {
        let call = ctx.call();
        let Some(own) = call.viewer.session() else {
            return Ok(None);
        };
        let id = input.id.0;
        let options = WriteOptions {
            mutation: "loginMethodUnlink",
            ..WriteOptions::default()
        };
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                service::unlink(unit, own, id).await?;
                Ok::<_, WriteError>(Once(()))
            })
            .await;
        let (unlinked, user_errors, _) = payload(call, written)?;
        Ok(Some(LoginMethodUnlinkPayload {
            unlinked_id: unlinked.map(|_| id.to_string().into()),
            user_errors,
        }))
    }
}
