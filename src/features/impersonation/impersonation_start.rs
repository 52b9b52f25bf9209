//! `impersonationStart`: acting as a customer.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::id::CustomerId;
use sea_orm::DbErr;

use super::service::{self, Impersonation, LONGEST};
use crate::{
    auth::guard,
    graphql::{ContextExt, DateTime, Id, Problem, fault, payload},
    work::{Complaints, ErrorCode, Once, UnitOfWork, UserError, WriteError},
};

/// The mutation of this file.
#[derive(Debug, Default)]
pub struct ImpersonationStartMutation;

/// Whom to act as.
#[derive(Debug, InputObject)]
pub struct ImpersonationStartInput {
    /// The customer.
    customer_id: Id<CustomerId>,
    /// Why: it stands in the customer's timeline.
    reason: String,
    /// For how many minutes, at most 60.
    #[graphql(default = 15)]
    minutes: i32,
    /// Whether nothing may be written.
    #[graphql(default = true)]
    read_only: bool,
}

/// What `impersonationStart` answers.
#[derive(Debug, SimpleObject)]
pub struct ImpersonationStartPayload {
    /// The token for the `Authorization: Bearer` header; null when there are user errors. There is no refresh token.
    access_token: Option<String>,
    /// When the token and its session end.
    expires_at: Option<DateTime>,
    /// What is wrong with the input.
    user_errors: Vec<Problem>,
}

#[Object]
impl ImpersonationStartMutation {
    /// Opens a session in which you act as a customer: you see all that the customer sees, and change profile and
    /// addresses unless it is `readOnly`, whatever else you may do. What is written in it names you and the customer;
    /// e-mail address, password and other ways to log in cannot be changed. Only a staff user who has logged in a short
    /// while ago can do it, and from whom no fields are hidden. Requires `impersonation:start`.
    #[graphql(
        guard = "guard::impersonation_start",
        visible = "guard::shows::impersonation_start",
        tag = "admin",
        requires_scopes = "impersonation:start"
    )]
    async fn impersonation_start(
        &self,
        ctx: &Context<'_>,
        input: ImpersonationStartInput,
    ) -> Result<Option<ImpersonationStartPayload>> {
        let call = ctx.call();
        let mut complaints = Complaints::default();
        let reason = complaints.required_text("reason", Some(input.reason), 500);
        if !(1..=LONGEST).contains(&input.minutes) {
            complaints.add(UserError::new(
                ErrorCode::Invalid,
                "minutes",
                "Act as somebody else for 1 to 60 minutes.",
            ));
        }
        let wanted = Impersonation {
            customer: input.customer_id.0,
            reason,
            minutes: input.minutes,
            is_read_only: input.read_only,
        };
        let written = match complaints.check(wanted) {
            Ok(wanted) => {
                // No idempotency key, not even from the header: tokens are never kept.
                let mut options = ctx.write_options("impersonationStart", None, None, Some(wanted.reason.clone()))?;
                options.idempotency = None;
                call.write(options, async move |unit: &mut UnitOfWork| {
                    Ok::<_, WriteError>(Once(service::start(unit, wanted.clone()).await?))
                })
                .await
            }
            Err(errors) => Err(errors.into()),
        };
        let (session, user_errors, _) = payload(call, written)?;
        let token = match session {
            Some(Once(session)) => {
                let impersonator = session.impersonator_id;
                let issued = impersonator.map(|user| {
                    call.tokens.issue_impersonating(
                        session.auth_identity_id,
                        session.id,
                        user,
                        session.expires_at,
                        session.created_at,
                    )
                });
                let unsigned = |_| fault(call, &DbErr::Custom("an access token could not be signed".to_owned()));
                issued.transpose().map_err(unsigned)?
            }
            None => None,
        };
        Ok(Some(ImpersonationStartPayload {
            expires_at: token.as_ref().map(|token| DateTime(token.expires_at)),
            access_token: token.map(|token| token.token),
            user_errors,
        }))
    }
}
