//! `recoveryCodesGenerate`: new recovery codes.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::MfaFactorId;

use super::{recovery, service};
use crate::{
    auth::guard,
    graphql::{ContextExt, Id, Problem, payload},
    work::{Once, UnitOfWork, WriteOptions},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct RecoveryCodesMutation;

/// Recovery codes to make.
#[derive(Debug, InputObject)]
pub struct RecoveryCodesGenerateInput {
    /// The second factor in the place of which they stand.
    factor_id: Id<MfaFactorId>,
}

/// What `recoveryCodesGenerate` answers. The codes are shown this once.
#[derive(Debug, SimpleObject)]
pub struct RecoveryCodesGeneratePayload {
    /// The codes, each good once.
    recovery_codes: Option<Vec<String>>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl RecoveryCodesMutation {
    /// Makes new recovery codes for whoever is logged in; the old ones are good no longer. The second factor must have
    /// been shown lately (`STEP_UP_REQUIRED`).
    #[graphql(guard = "guard::in_session", visible = "guard::shows::in_session")]
    async fn recovery_codes_generate(
        &self,
        ctx: &Context<'_>,
        input: RecoveryCodesGenerateInput,
    ) -> Result<Option<RecoveryCodesGeneratePayload>> {
        let call = ctx.call();
        let Some(session) = call.viewer.session() else {
            return Ok(None);
        };
        let recovery_codes = recovery::new();
        let options = WriteOptions {
            mutation: "recoveryCodesGenerate",
            ..WriteOptions::default()
        };
        let (id, kept) = (input.factor_id.0, recovery_codes.clone());
        let written = call
            .write(options, async move |unit: &mut UnitOfWork| {
                service::renew_recovery_codes(unit, session, id, &kept).await.map(Once)
            })
            .await;
        let (renewed, user_errors, _) = payload(call, written)?;
        Ok(Some(RecoveryCodesGeneratePayload {
            recovery_codes: renewed.is_some().then_some(recovery_codes),
            user_errors,
        }))
    }
}
