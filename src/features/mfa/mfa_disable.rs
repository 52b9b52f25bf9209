//! `mfaDisable`: doing without a second factor.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::MfaFactorId;

use super::service;
use crate::{
    auth::guard,
    graphql::{ContextExt, Id, Problem, payload},
    work::{Once, UnitOfWork, WriteOptions},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct MfaDisableMutation;

/// A factor to remove.
#[derive(Debug, InputObject)]
pub struct MfaDisableInput {
    /// Which one.
    id: Id<MfaFactorId>,
}

/// What `mfaDisable` answers.
#[derive(Debug, SimpleObject)]
pub struct MfaDisablePayload {
    /// Whether it is gone, and the recovery codes with it.
    is_disabled: bool,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl MfaDisableMutation {
    /// Removes the second factor of whoever is logged in, and the recovery codes. The second factor must have been shown
    /// lately (`STEP_UP_REQUIRED`).
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn mfa_disable(&self, ctx: &Context<'_>, input: MfaDisableInput) -> Result<Option<MfaDisablePayload>> {
        let call = ctx.call();
        let Some(session) = call.viewer.session() else {
            return Ok(None);
        };
        let options = WriteOptions {
            mutation: "mfaDisable",
            ..WriteOptions::default()
        };
        let id = input.id.0;
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                service::disable(unit, session, id).await.map(Once)
            })
            .await;
        let (disabled, user_errors, _) = payload(call, written)?;
        Ok(Some(MfaDisablePayload {
            is_disabled: disabled.is_some(),
            user_errors,
        }))
    }
}
